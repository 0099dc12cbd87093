import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { sparseSoftmaxCrossEntropy } from '../../src/layers/cross-entropy.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { useKernels } from './recurrences.js';

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

    it('has no finite loss and no gradient for a label that is no class', () => {
      const logits = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      for (const wrong of [-1, 2]) {
        const labels = tf.tensor1d([0, wrong, 1], 'int32');
        const loss = (x: tf.Tensor) => sparseSoftmaxCrossEntropy(x as tf.Tensor2D, labels);
        let values: number[][];
        try {
          values = [loss(logits), tf.grad(loss)(logits)].map((t) => Array.from(t.dataSync()));
        } catch {
          continue; // the native op may fail instead
        }
        const [losses, gradient] = values;
        expect(losses.map(Number.isNaN)).to.deep.equal([false, true, false]);
        expect(gradient.slice(2, 4).some(Number.isNaN)).to.equal(true);
        expect([...gradient.slice(0, 2), ...gradient.slice(4)].every(Number.isFinite)).to.equal(
          true,
        );
      }
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
          RangeError,
          'not [4,5] and [3]',
        );
        expect(() => sparseSoftmaxCrossEntropy(logits, tf.zeros([4]))).to.throw(
          TypeError,
          'int32, not float32',
        );
      });
    });
  });
});

/** Loss and gradient, each row's with a weight of its own. */
function lossAndGradient(rows: number, classes: number, scale: number, seed: number): number[][] {
  return tf.tidy(() => {
    const logits = tf.randomNormal([rows, classes], 3 * scale, scale, 'float32', seed);
    const drawn = tf.randomUniform([rows], 0, classes, 'float32', seed);
    const labels = tf.cast(tf.floor(drawn), 'int32') as tf.Tensor1D;
    const weights = tf.range(1, rows + 1);
    const { value, grad } = tf.valueAndGrad((x) =>
      sparseSoftmaxCrossEntropy(x as tf.Tensor2D, labels),
    )(logits, weights);
    return [Array.from(value.dataSync()), Array.from(grad.dataSync())];
  });
}

describe('The kernel of the cross-entropy', () => {
  onBestBackend();
  const samples = fc.sample(
    fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      // Around one register and around one block of the sum.
      fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 250, max: 520 })),
      fc.constantFrom(0.01, 1, 30, 1000),
      fc.integer({ min: 1, max: 1_000_000 }),
    ),
    { numRuns: 60, seed: 1 },
  );
  let expected: number[][][];

  describe('beside the op of TensorFlow', () => {
    useKernels(false);
    it('has something to agree with', () => {
      expected = samples.map((sample) => lossAndGradient(...sample));
      expect(expected.flat(2).every(Number.isFinite)).to.equal(true);
    });
  });

  describe('itself', () => {
    useKernels(true);

    it('agrees with it whatever the sizes, large logits included', () => {
      for (const [i, sample] of samples.entries()) {
        const [loss, gradient] = lossAndGradient(...sample);
        expectClose(loss, expected[i][0], { rtol: 1e-5, atol: 1e-6 });
        expectClose(gradient, expected[i][1], { rtol: 1e-5, atol: 1e-6 });
      }
    });

    it('keeps NaN, so that a run that diverges is noticed', () => {
      tf.tidy(() => {
        const logits = tf.tensor2d([[1, Number.NaN, 2, 0, 0, 0, 0, 0, 0]]);
        const loss = sparseSoftmaxCrossEntropy(logits, tf.tensor1d([0], 'int32'));
        expect(loss.dataSync()[0]).to.be.NaN;
      });
    });

    for (const label of [-1, 5]) {
      it(`refuses the label ${label} of 5 classes`, () => {
        tf.tidy(() => {
          const labels = tf.tensor1d([label], 'int32');
          expect(() => sparseSoftmaxCrossEntropy(tf.zeros([1, 5]), labels)).to.throw(
            'not from 0 to classes - 1',
          );
        });
      });
    }
  });
});
