import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { sparseSoftmaxCrossEntropy } from '../../src/layers/cross-entropy.js';
import { UsageError } from '../../src/runtime/errors.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';

describe('sparseSoftmaxCrossEntropy', () => {
  onEachBackend(() => {
    it('is minus the log probability of the label, in each row', () => {
      tf.tidy(() => {
        const logits = tf.log(
          tf.tensor2d([
            [1, 2, 5],
            [3, 3, 2],
          ]),
        ) as tf.Tensor2D;
        const labels = tf.tensor1d([2, 0], 'int32');
        // Probabilities 5 of 8 and 3 of 8.
        expectClose(sparseSoftmaxCrossEntropy(logits, labels).dataSync(), [
          -Math.log(5 / 8),
          -Math.log(3 / 8),
        ]);
        // softmax − one-hot, times 10 and 1.
        const dx = tf.grad((x) => sparseSoftmaxCrossEntropy(x as tf.Tensor2D, labels))(
          logits,
          tf.tensor1d([10, 1]),
        );
        expectClose(dx.dataSync(), [10 / 8, 20 / 8, -30 / 8, -5 / 8, 3 / 8, 2 / 8], { atol: 1e-6 });
      });
    });

    it('agrees with tf.losses.softmaxCrossEntropy on one-hot targets', () => {
      tf.tidy(() => {
        const logits = tf.randomNormal([7, 50], 0, 4, 'float32', 1) as tf.Tensor2D;
        const labels = tf.tensor1d([3, 0, 49, 7, 7, 12, 30], 'int32');
        const ours = tf.valueAndGrad((x) =>
          tf.mean(sparseSoftmaxCrossEntropy(x as tf.Tensor2D, labels)),
        )(logits);
        const stock = tf.valueAndGrad((x) =>
          tf.losses.softmaxCrossEntropy(tf.cast(tf.oneHot(labels, 50), 'float32'), x),
        )(logits);
        expectClose(ours.value.dataSync(), stock.value.dataSync());
        expectClose(ours.grad.dataSync(), stock.grad.dataSync(), { atol: 1e-6 });
      });
    });

    it('does not overflow for large logits', () => {
      tf.tidy(() => {
        const loss = sparseSoftmaxCrossEntropy(
          tf.tensor2d([[1000, -1000]]),
          tf.tensor1d([1], 'int32'),
        );
        expectClose(loss.dataSync(), [2000]);
      });
    });

    it('leaves no tensors behind', () => {
      const logits = tf.randomNormal([4, 5]) as tf.Tensor2D;
      const labels = tf.tensor1d([0, 1, 2, 3], 'int32');
      const before = tf.memory().numTensors;
      tf.dispose(
        tf.grad((x) => tf.mean(sparseSoftmaxCrossEntropy(x as tf.Tensor2D, labels)))(logits),
      );
      sparseSoftmaxCrossEntropy(logits, labels).dispose();
      expect(tf.memory().numTensors).to.equal(before);
      tf.dispose([logits, labels]);
    });

    it('says what shapes and types it takes', () => {
      tf.tidy(() => {
        const logits = tf.zeros([4, 5]) as tf.Tensor2D;
        expect(() => sparseSoftmaxCrossEntropy(logits, tf.zeros([3], 'int32'))).to.throw(
          UsageError,
          'not [4,5] and [3]',
        );
        expect(() => sparseSoftmaxCrossEntropy(logits, tf.zeros([4]))).to.throw(
          UsageError,
          'int32, not float32',
        );
      });
    });
  });
});
