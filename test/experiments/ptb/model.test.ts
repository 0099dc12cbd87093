import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { languageModel, languageModelLoss } from '../../../src/experiments/ptb/model.js';
import { onBestBackend } from '../../support/backends.js';
import { bits, expectClose } from '../../support/numbers.js';

describe('languageModel', () => {
  onBestBackend();

  it('is by default the small model of Zaremba et al.', () => {
    const model = languageModel({ seed: 1 });
    expect(model.outputShape).to.deep.equal([null, null, 10_000]);
    // Embedding 10,000 · 200; two LSTMs of (200 + 200 + 1) · 800; output (200 + 1) · 10,000.
    expect(model.countParams()).to.equal(2_000_000 + 2 * 320_800 + 2_010_000);
    for (const weight of [model.weights[0], model.weights[7]]) {
      // 2,000,000 numbers uniform in ± 0.1.
      const largest = tf.tidy(() => tf.max(tf.abs(weight.read())).dataSync()[0]);
      expect(largest).to.be.within(0.0999, 0.1);
    }
    model.dispose();
  });

  it('starts from its seed', () => {
    const initial = (seed: number) => {
      const model = languageModel({ vocabulary: 7, units: 3, seed });
      const weights = model.getWeights().map(bits);
      model.dispose();
      return weights;
    };
    expect(initial(1)).to.deep.equal(initial(1));
    expect(initial(2)).not.to.deep.equal(initial(1));
  });

  it('computes the same with tf.layers’ LSTM, given the same weights', () => {
    tf.tidy(() => {
      const options = { vocabulary: 7, units: 3, seed: 1 };
      const ours = languageModel(options);
      const stock = languageModel({ ...options, layers: 'stock' });
      stock.setWeights(ours.getWeights());
      const words = tf.tensor2d([[1, 2, 6, 0]], [1, 4], 'int32');
      const next = tf.tensor2d([[2, 6, 0, 5]], [1, 4], 'int32');
      const [loss, expected] = [ours, stock].map((model) =>
        languageModelLoss(next, model.apply(words) as tf.Tensor3D).dataSync(),
      );
      expectClose(loss, expected);
      // Nearly uniform over 7 words.
      expect(loss[0]).to.be.closeTo(Math.log(7), 0.1);
      ours.dispose();
      stock.dispose();
    });
  });
});
