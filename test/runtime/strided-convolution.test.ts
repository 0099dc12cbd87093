import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { startBackend } from '../../src/runtime/backend.js';
import { onBestBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';

/** Both gradients of a convolution of one pixel, as plain numbers. */
function gradients(
  [height, width]: number[],
  [channels, filters]: number[],
  strides: [number, number],
  padding: 'same' | 'valid',
): Float32Array[] {
  return tf.tidy(() => {
    const x = tf.randomNormal([2, height, width, channels], 0, 1, 'float32', 1) as tf.Tensor4D;
    const w = tf.randomNormal([1, 1, channels, filters], 0, 1, 'float32', 2) as tf.Tensor4D;
    const loss = (x: tf.Tensor, w: tf.Tensor) =>
      tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, padding)));
    return tf
      .grads(loss)([x, w])
      .map((gradient) => gradient.dataSync() as Float32Array);
  });
}

describe('the gradients of a 1 × 1 convolution with strides', () => {
  onBestBackend();

  // Where oneDNN takes them by AVX2, and has less than 8 channels, it spoils the process's memory.
  it('are those of plain JavaScript, for any number of channels, and spoil no memory', async () => {
    const size = fc.integer({ min: 1, max: 33 });
    const stride = fc.integer({ min: 1, max: 3 });
    const channels = fc.integer({ min: 1, max: 9 });
    const cases = fc.sample(
      fc.tuple(
        fc.tuple(size, size),
        fc.tuple(channels, channels),
        fc.tuple(stride, stride),
        fc.constantFrom('same' as const, 'valid' as const),
      ),
      60,
    );
    const best = tf.getBackend();
    const before = tf.memory().numTensors;
    const ours = cases.map((each) => gradients(...each));
    expect(tf.memory().numTensors).to.equal(before);
    await startBackend({ backend: 'cpu' });
    const plain = cases.map((each) => gradients(...each));
    await tf.setBackend(best);
    for (const [i, [x, w]] of ours.entries()) {
      expectClose(x, plain[i][0], { atol: 1e-4 });
      expectClose(w, plain[i][1], { rtol: 1e-4, atol: 1e-3 });
    }
  });
});
