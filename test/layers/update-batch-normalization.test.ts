import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { batchNormalization } from '../../src/layers/batch-normalization.js';
import { updateBatchNormalization } from '../../src/layers/update-batch-normalization.js';
import { onEachBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';
import { expectClose } from '../support/numbers.js';

const CONFIG = { inputShape: [1], name: 'norm', momentum: 0.9 };
/** Columns of one feature. */
const columns = (...batches: number[][]) =>
  batches.map((values) => tf.tensor2d(values, [values.length, 1]));
/** Moving mean and variance of a model's only normalization. */
const statisticsOf = (model: tfl.LayersModel) =>
  model
    .getWeights()
    .slice(-2)
    .map((tensor) => tensor.dataSync()[0]);

describe('updateBatchNormalization', () => {
  onEachBackend(() => {
    for (const [whose, layer] of [
      ['lazyahead’s', batchNormalization],
      ['tf.layers’', tfl.layers.batchNormalization],
    ] as const) {
      it(`gives ${whose} layer the mean of the batches’ means and biased variances`, async () => {
        const model = tfl.sequential({ layers: [layer(CONFIG)] });
        const batches = columns([0, 2], [4, 8], [3, 3]);
        await updateBatchNormalization(model, batches);
        // Means 1, 6, 3; variances 1, 4, 0.
        expectClose(statisticsOf(model), [10 / 3, 5 / 3], { rtol: 1e-5 });
        tf.dispose(batches);
        model.dispose();
      });
    }

    it('forgets what was there before, were it no number', async () => {
      const model = tfl.sequential({ layers: [batchNormalization(CONFIG)] });
      model.setWeights([1, 0, Number.NaN, 1e30].map((value) => tf.tensor1d([value])));
      const batches = columns([0, 2]);
      await updateBatchNormalization(model, batches);
      expect(statisticsOf(model)).to.deep.equal([1, 1]);
      tf.dispose(batches);
      model.dispose();
    });

    it('gives the earlier statistics back, and leaves momentum and other weights alone', async () => {
      const model = tfl.sequential({
        layers: [
          tfl.layers.dense({ units: 1, inputShape: [1], useBias: false }),
          batchNormalization(CONFIG),
        ],
      });
      model.setWeights([tf.tensor2d([[2]]), ...[1, 0, 5, 7].map((value) => tf.tensor1d([value]))]);
      const batches = columns([0, 2], [4, 8]);
      const restore = await updateBatchNormalization(model, batches);
      // The inputs twice as large: means 2, 12; variances 4, 16.
      expectClose(statisticsOf(model), [7, 10], { rtol: 1e-6 });
      const weights = () => model.getWeights().map((tensor) => tensor.dataSync()[0]);
      expect(weights().slice(0, 3)).to.deep.equal([2, 1, 0]);
      expect(model.layers[1].getConfig().momentum).to.equal(0.9);
      restore();
      expect(weights()).to.deep.equal([2, 1, 0, 5, 7]);
      tf.dispose(batches);
      model.dispose();
    });

    it('finds layers in nested models, and takes batches as they are made', async () => {
      const inner = tfl.sequential({ layers: [batchNormalization(CONFIG)] });
      const model = tfl.sequential({ layers: [inner] });
      async function* made() {
        for (const batch of columns([0, 2], [4, 8])) {
          yield batch;
          batch.dispose();
        }
      }
      await updateBatchNormalization(model, made());
      expectClose(statisticsOf(model), [3.5, 2.5], { rtol: 1e-6 });
      model.dispose();
    });

    it('takes the mean over all uses of a layer that a model has several times', async () => {
      const norm = batchNormalization({ name: 'norm' });
      const inputs = [1, 2].map(() => tfl.input({ shape: [1] }));
      const outputs = inputs.map((input) => norm.apply(input) as tfl.SymbolicTensor);
      const model = tfl.model({ inputs, outputs });
      const batches = [columns([0, 2], [100, 104]), columns([4, 4], [8, 12])];
      await updateBatchNormalization(model, batches);
      // Means 1, 102, 4, 10; variances 1, 4, 0, 4.
      expectClose(statisticsOf(model), [29.25, 2.25], { rtol: 1e-5 });
      expect(Object.keys(norm)).not.to.include('call');
      tf.dispose(batches);
      model.dispose();
    });

    it('puts everything back when a batch does not fit, and when there is none', async () => {
      const model = tfl.sequential({ layers: [batchNormalization(CONFIG)] });
      const [good] = columns([0, 2]);
      const wrong = tf.zeros([2, 3]);
      await rejection(updateBatchNormalization(model, [good, wrong]));
      expect(statisticsOf(model)).to.deep.equal([0, 1]);
      const { message } = await rejection(updateBatchNormalization(model, []));
      expect(message).to.match(/got no batch: hand over batches of training examples/);
      expect(statisticsOf(model)).to.deep.equal([0, 1]);
      expect(model.layers[0].getConfig().momentum).to.equal(0.9);
      tf.dispose([good, wrong]);
      model.dispose();
    });

    it('does not run a model without batch normalization', async () => {
      const model = tfl.sequential({ layers: [tfl.layers.reLU({ inputShape: [1] })] });
      const never = {
        [Symbol.iterator]: () => {
          throw new Error('was asked for a batch');
        },
      };
      await updateBatchNormalization(model, never);
      model.dispose();
    });

    it('leaves no tensors behind', async () => {
      const model = tfl.sequential({ layers: [batchNormalization(CONFIG)] });
      const batches = columns([0, 2], [4, 8]);
      const before = tf.memory().numTensors;
      const restore = await updateBatchNormalization(model, batches);
      expect(tf.memory().numTensors).to.equal(before);
      restore();
      expect(tf.memory().numTensors).to.equal(before);
      tf.dispose(batches);
      model.dispose();
    });
  });
});
