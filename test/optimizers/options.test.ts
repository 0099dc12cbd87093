import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import {
  GradientClipping,
  LazyOptimizer,
  Lookahead,
  WeightAveraging,
  WeightDecay,
} from '../../src/index.js';
import { onBestBackend } from '../support/backends.js';

/** By wrapper: options that it takes, one misspelt, and all of their names. */
const WRAPPERS = [
  { Wrapper: Lookahead, good: { k: 10 }, misspelt: 'K', names: 'k, alpha, momentum' },
  {
    Wrapper: LazyOptimizer,
    good: { embeddingLayers: ['words'] },
    misspelt: 'moment',
    names: 'embeddingLayers, rows, moments',
  },
  {
    Wrapper: WeightDecay,
    good: { decay: 0.1 },
    misspelt: 'weightDecay',
    names: 'decay, decoupled, filter',
  },
  {
    Wrapper: GradientClipping,
    good: { norm: 1 },
    misspelt: 'clipNorm',
    names: 'value, norm, globalNorm',
  },
  { Wrapper: WeightAveraging, good: { decay: 0.9 }, misspelt: 'beta', names: 'mode, decay, from' },
];

describe('the options of a wrapper', () => {
  onBestBackend();
  for (const { Wrapper, good, misspelt, names } of WRAPPERS) {
    const name = Wrapper.className;
    /** As JavaScript calls it. */
    const make = (...args: unknown[]) =>
      new (Wrapper as unknown as new (...args: unknown[]) => tf.Optimizer)(
        tf.train.sgd(1),
        ...args,
      );

    it(`of ${name} are an object, not numbers in a row`, () => {
      expect(() => make(10, 0.8)).to.throw(
        TypeError,
        `${name} takes its options as an object, { ${names} }, not 10.`,
      );
      expect(() => make(['words'])).to.throw(TypeError, 'not an object of class Array.');
    });

    it(`of ${name} have names that it knows`, () => {
      expect(() => make({ ...good, [misspelt]: 1 })).to.throw(
        TypeError,
        `${name} has no option "${misspelt}": its options are ${names}.`,
      );
      expect(() => make(good)).not.to.throw();
    });

    it(`of ${name} are made again of a configuration to which tf.js has added its own`, () => {
      const config = make(good).getConfig();
      const again = Wrapper.fromConfig(Wrapper as never, { ...config, customObjects: {} });
      expect((again as unknown as tf.Optimizer).getConfig()).to.deep.equal(config);
    });
  }
});
