import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { normalizeBatch } from '../../src/layers/batch-normalization-op.js';
import { nativeBackend } from '../../src/runtime/native-ops.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { skip } from '../support/skip.js';

const EPSILON = 1e-3;

describe('normalizeBatch', () => {
  onEachBackend(() => {
    it('normalizes, scales and shifts each channel, and gives the biased variance', () => {
      tf.tidy(() => {
        const x = tf.tensor2d([
          [0, 10],
          [0, 10],
          [6, 10],
        ]);
        const gamma = tf.tensor1d([2, 2]);
        const beta = tf.tensor1d([1, 5]);
        const { y, mean, variance } = normalizeBatch(x, { gamma, beta }, 1, 0.5);
        // Channel 0: mean 2, variance (4 + 4 + 16) / 3 = 8 (unbiased it would be 12);
        // y = 2 (x − 2) / √8.5 + 1. Channel 1 does not vary: y = β.
        expectClose(mean.dataSync(), [2, 10]);
        expectClose(variance.dataSync(), [8, 0], { atol: 1e-6 });
        const [low, high] = [1 - 4 / Math.sqrt(8.5), 1 + 8 / Math.sqrt(8.5)];
        expectClose(y.dataSync(), [low, 5, low, 5, high, 5], { rtol: 1e-4 });
      });
    });

    for (const { shape, axis } of [
      { shape: [6, 3], axis: 1 },
      { shape: [4, 2, 3], axis: 2 },
      { shape: [2, 4, 3, 3], axis: 3 },
      { shape: [2, 3, 4, 2], axis: 1 },
    ]) {
      for (const [scale, center] of [
        [true, true],
        [false, true],
        [true, false],
        [false, false],
      ]) {
        const which = [scale ? 'γ' : '', center ? 'β' : ''].filter(Boolean).join(' and ');
        it(`has the gradients of finite differences: [${shape}], axis ${axis}, ${which || 'neither'}`, () => {
          tf.tidy(() => {
            const channels = shape[axis];
            const inputs = [
              tf.randomNormal(shape, 1, 2, 'float32', 3),
              ...(scale ? [tf.randomNormal([channels], 1, 1, 'float32', 4)] : []),
              ...(center ? [tf.randomNormal([channels], 0, 1, 'float32', 5)] : []),
            ];
            const weights = tf.randomNormal(shape, 0, 1, 'float32', 6);
            const loss = (...args: tf.Tensor[]) => {
              const [x, ...rest] = args as [tf.Tensor, ...tf.Tensor1D[]];
              const gamma = scale ? rest.shift()! : null;
              const beta = center ? rest.shift()! : null;
              const { y } = normalizeBatch(x, { gamma, beta }, axis, EPSILON);
              // The square, so that no gradient is constant.
              return tf.sum(tf.mul(weights, tf.square(y))) as tf.Scalar;
            };
            const gradients = tf.grads(loss)(inputs);
            inputs.forEach((input, n) => {
              const direction = tf.randomNormal(input.shape, 0, 1, 'float32', 7 + n);
              const at = (step: number) =>
                loss(
                  ...inputs.map((other, m) =>
                    m === n ? tf.add(other, tf.mul(direction, step)) : other,
                  ),
                ).dataSync()[0];
              const slope = tf.sum(tf.mul(gradients[n], direction)).dataSync()[0];
              // Central differences of float32 losses: some 1e-3 of error.
              const differences = (at(5e-3) - at(-5e-3)) / 1e-2;
              expect(gradients[n].shape).to.deep.equal(input.shape);
              expect(slope, `input ${n}`).to.be.closeTo(differences, 2e-2 * (1 + Math.abs(slope)));
            });
          });
        });
      }
    }

    it('leaves no tensors behind', () => {
      const x = tf.randomNormal([4, 3]);
      const gamma = tf.ones([3]) as tf.Tensor1D;
      const before = tf.memory().numTensors;
      const { y, mean, variance } = normalizeBatch(x, { gamma, beta: null }, 1, EPSILON);
      // The three results.
      expect(tf.memory().numTensors).to.equal(before + 3);
      tf.dispose([y, mean, variance]);
      const dx = tf.grad((x) => tf.sum(normalizeBatch(x, { gamma, beta: null }, 1, EPSILON).y))(x);
      tf.dispose(dx);
      expect(tf.memory().numTensors).to.equal(before);
      tf.dispose([x, gamma]);
    });
  });

  onEachBackend(() => {
    it('refuses to differentiate the fused gradient, rather than take it for a constant', function () {
      if (nativeBackend() === null) skip(this, 'TensorFlow computes on a GPU here');
      const once = (x: tf.Tensor) =>
        tf.grad((x) =>
          tf.sum(tf.square(normalizeBatch(x, { gamma: null, beta: null }, 1, EPSILON).y)),
        )(x);
      expect(() => tf.tidy(() => tf.grad((x) => tf.sum(once(x)))(tf.ones([2, 2])))).to.throw(
        'cannot itself be differentiated',
      );
    });
  }, ['tensorflow']);
});
