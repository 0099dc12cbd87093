import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { rectify, reLU } from '../../src/layers/relu.js';
import { nativeBackend } from '../../src/runtime/native-ops.js';
import { onEachBackend } from '../support/backends.js';
import { bits } from '../support/numbers.js';
import { skip } from '../support/skip.js';

describe('rectify', () => {
  onEachBackend(() => {
    it('has the values and gradients of tf.relu, 0 at 0 included', () => {
      tf.tidy(() => {
        const x = tf.tensor2d([
          [-2, 0, 3],
          [1e-30, Number.POSITIVE_INFINITY, -0.5],
        ]);
        const dy = tf.tensor2d([
          [1, 2, 3],
          [4, 5, 6],
        ]);
        expect(bits(rectify(x))).to.deep.equal(bits(tf.relu(x)));
        const dx = tf.grad(rectify)(x, dy);
        expect([...dx.dataSync()]).to.deep.equal([0, 0, 3, 4, 5, 0]);
        expect(dx.shape).to.deep.equal([2, 3]);
      });
    });

    it('leaves no tensors behind', () => {
      const x = tf.tensor1d([-1, 1]);
      const before = tf.memory().numTensors;
      tf.dispose(tf.grad((x) => tf.sum(rectify(x)))(x));
      tf.dispose(rectify(x));
      expect(tf.memory().numTensors).to.equal(before);
      x.dispose();
    });
  });

  onEachBackend(() => {
    it('refuses to differentiate the native gradient, rather than take it for a constant', function () {
      if (nativeBackend() === null) skip(this, 'TensorFlow computes on a GPU here');
      const once = (x: tf.Tensor) => tf.grad((x) => tf.sum(tf.square(rectify(x))))(x);
      expect(() => tf.tidy(() => tf.grad((x) => tf.sum(once(x)))(tf.ones([2])))).to.throw(
        'cannot itself be differentiated',
      );
    });
  }, ['tensorflow']);
});

describe('ReLU', () => {
  onEachBackend(() => {
    it('is saved as tf.layers saves its own', () => {
      const [ours, stock] = [reLU, layers.reLU].map((make) => make({ name: 'relu', maxValue: 6 }));
      expect(ours.getConfig()).to.deep.equal(stock.getConfig());
      expect(ours.getClassName()).to.equal('ReLU');
    });

    it('cuts off above maxValue', () => {
      tf.tidy(() => {
        const x = tf.tensor1d([-1, 2, 8]);
        const y = (config?: { maxValue: number }) => [
          ...(reLU(config).apply(x) as tf.Tensor).dataSync(),
        ];
        expect(y()).to.deep.equal([0, 2, 8]);
        expect(y({ maxValue: 6 })).to.deep.equal([0, 2, 6]);
      });
    });
  });
});
