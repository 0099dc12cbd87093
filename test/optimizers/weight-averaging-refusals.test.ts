import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { GradientClipping } from '../../src/optimizers/gradient-clipping.js';
import { WeightAveraging } from '../../src/optimizers/weight-averaging.js';
import { onBestBackend } from '../support/backends.js';
import { step, variable } from '../support/optimizers.js';

describe('WeightAveraging', () => {
  describe('refuses, naming the value,', () => {
    onBestBackend();
    let inner: tf.Optimizer;
    before(() => {
      inner = tf.train.sgd(1);
    });
    for (const decay of [-0.1, 1, 1.5, Number.NaN, null, '0.5']) {
      it(`decay = ${JSON.stringify(decay)} (${decay})`, () => {
        expect(() => new WeightAveraging(inner, { decay: decay as number })).to.throw(
          RangeError,
          `from 0 to less than 1, not ${decay}.`,
        );
      });
    }
    for (const from of [0, 1.5, Number.NaN, null, '3']) {
      it(`from = ${JSON.stringify(from)} (${from})`, () => {
        const options = { mode: 'mean', from: from as number } as const;
        expect(() => new WeightAveraging(inner, options)).to.throw(
          RangeError,
          `an integer of at least 1, not ${from}.`,
        );
      });
    }
    it('an unknown mode', () => {
      expect(() => new WeightAveraging(inner, { mode: 'swa' as 'mean' })).to.throw(
        RangeError,
        'mode is one of ema, mean, not "swa".',
      );
    });
    it('an option of the other mode', () => {
      expect(() => new WeightAveraging(inner, { from: 3 })).to.throw(
        TypeError,
        "from is no option of mode: 'ema'",
      );
      expect(() => new WeightAveraging(inner, { mode: 'mean', decay: 0.9 })).to.throw(
        TypeError,
        "decay is no option of mode: 'mean'",
      );
    });
    it('another WeightAveraging, however deep', () => {
      const deep = new GradientClipping(new WeightAveraging(inner), { norm: 1 });
      expect(() => new WeightAveraging(deep)).to.throw(TypeError, 'another WeightAveraging');
    });
    it('a model that is not compiled', () => {
      const layer = tfl.layers.dense({ units: 1, inputShape: [1] });
      const model = tfl.sequential({ layers: [layer], name: 'raw' });
      expect(() => new WeightAveraging(inner).evaluateOnAveragedWeights(model)).to.throw(
        'Model "raw" is not compiled',
      );
    });
    it('the state of variables of other shapes', async () => {
      const [x, y] = [variable([1]), variable([1, 2])];
      const [source, target] = [new WeightAveraging(inner), new WeightAveraging(inner)];
      step(source, [x], [[1]]);
      await target.setWeights(await source.getWeights());
      expect(() => step(target, [y], [[1, 1]])).to.throw(
        `has shape [1] where this model has "${y.name}" of shape [2]`,
      );
      tf.dispose([x, y]);
    });
  });
});
