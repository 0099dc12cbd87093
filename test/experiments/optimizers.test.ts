import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import fc from 'fast-check';
import { resolveConfig } from '../../src/experiments/config.js';
import type { RunConfig } from '../../src/experiments/experiment.js';
import { imdb } from '../../src/experiments/imdb/imdb.js';
import { isSpec, makeOptimizer } from '../../src/experiments/optimizers.js';
import { adam } from '../../src/optimizers/adam.js';
import { LazyOptimizer } from '../../src/optimizers/lazy.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { UsageError } from '../../src/runtime/errors.js';
import { optimizerToSpec, SpecError } from '../../src/spec/index.js';
import { onBestBackend } from '../support/backends.js';

type Rates = Required<Pick<RunConfig, 'lr' | 'k' | 'alpha'>>;

describe('the optimizers of experiments', () => {
  onBestBackend();
  let model: tfl.LayersModel;
  before(() => {
    const embedding = { name: 'words', inputDim: 5, outputDim: 2, inputLength: 3 };
    model = tfl.sequential({ layers: [tfl.layers.embedding(embedding), tfl.layers.flatten()] });
  });
  after(() => model.dispose());

  const make = (optimizer: string, rates: object = {}) =>
    makeOptimizer(resolveConfig({ experiment: 'imdb', optimizer, ...rates }), imdb, model);
  const lazy = (lr: number, options: object = {}) =>
    new LazyOptimizer(adam(lr), { embeddingLayers: [model.layers[0]], ...options });

  for (const [name, spec, byHand] of [
    ['adam', 'adam(1e-3)', ({ lr }) => adam(lr)],
    ['lazy-adam', 'lazy(adam(1e-3))', ({ lr }) => lazy(lr)],
    [
      'lazy-adam-freeze',
      'lazy(adam(1e-3), moments=freeze)',
      ({ lr }) => lazy(lr, { moments: 'freeze' }),
    ],
    [
      'lookahead-adam',
      'lookahead(adam(1e-3), k=5, alpha=0.5)',
      ({ lr, k, alpha }) => new Lookahead(adam(lr), { k, alpha }),
    ],
    [
      'lookahead-lazy-adam',
      'lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)',
      ({ lr, k, alpha }) => new Lookahead(lazy(lr), { k, alpha }),
    ],
  ] as [string, string, (rates: Rates) => tf.Optimizer][]) {
    it(`has ${spec} under the name ${name}`, () => {
      const optimizer = make(name);
      expect(optimizerToSpec(optimizer, { model })).to.equal(spec);
      disposeOptimizer(optimizer);
    });

    it(`gives ${name} its hyperparameters to the last bit`, () => {
      const { lookahead } = imdb.optimizers[name];
      fc.assert(
        fc.property(
          fc.double({ min: 0, minExcluded: true, noNaN: true, max: Number.MAX_VALUE }),
          fc.integer({ min: 1, max: 1e9 }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          (lr, k, alpha) => {
            const pair = [
              make(name, { lr, ...(lookahead && { k, alpha }) }),
              byHand({ lr, k, alpha }),
            ];
            const [made, expected] = pair.map((optimizer) => optimizer.getConfig());
            expect(made).to.deep.equal({ ...expected, ...(name === 'adam' && { epsilon: 1e-7 }) });
            pair.forEach(disposeOptimizer);
          },
        ),
      );
    });
  }

  it('takes for a spec what has a parenthesis, and for a name what has none', () => {
    expect(Object.keys(imdb.optimizers).filter(isSpec)).to.deep.equal([]);
    expect(['adam()', 'adam(1e-3', 'adam)'].map(isSpec)).to.deep.equal([true, true, true]);
  });

  it("shows where a spec is wrong, in the user's error and with what caused it", () => {
    const mistake = 'lookahead(lazy(adm(1e-3)), k=5)';
    try {
      make(mistake);
      expect.fail('no error');
    } catch (error) {
      expect(error).to.be.instanceOf(UsageError);
      expect((error as Error).cause).to.be.instanceOf(SpecError);
      // Two spaces, and the caret under the a of adm.
      expect((error as Error).message.split('\n')).to.deep.equal([
        'There is no optimizer "adm"; did you mean adam?',
        `  ${mistake}`,
        `${' '.repeat(2 + mistake.indexOf('adm'))}^`,
      ]);
    }
  });
});
