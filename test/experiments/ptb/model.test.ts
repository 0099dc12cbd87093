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

  it('comes in the sizes that others report', () => {
    const count = (options: Parameters<typeof languageModel>[0]) => {
      const model = languageModel(options);
      const n = model.countParams();
      model.dispose();
      return n;
    };
    // Medium: 2 · 6.5 million, the output's 10,000 biases, and 2 LSTMs of (650 + 650 + 1) · 2600.
    expect(count({ units: 650, seed: 1 })).to.equal(13_010_000 + 2 * 3_382_600);
    // AWD-LSTM's: one table of 4 million, 10,000 biases, LSTMs 400 → 1150 → 1150 → 400. PyTorch's
    // LSTMs have their biases twice, 10,800 numbers more: 24.22 million.
    const awd = 4_010_000 + 4600 * 1551 + 4600 * 2301 + 1600 * 1551;
    expect(count({ units: 1150, embeddingSize: 400, depth: 3, tied: true, seed: 1 })).to.equal(awd);
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
