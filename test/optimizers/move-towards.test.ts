import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { interpolate, moveTowards } from '../../src/optimizers/move-towards.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits } from '../support/numbers.js';

describe('interpolation', () => {
  onBestBackend();

  it('has the one end for 0 and the other for 1, however large they are', () => {
    const [a, b] = [tf.tensor1d([1e30, 1]), tf.tensor1d([1, Number.POSITIVE_INFINITY])];
    // 0 · (∞ − 1) is NaN, and 10³⁰ + (1 − 10³⁰) is 0.
    expect(bits(interpolate(a, b, 0))).to.deep.equal(bits(a));
    expect(bits(interpolate(a, b, 1))).to.deep.equal(bits(b));
    tf.dispose([a, b]);
  });
});

describe('moving a variable towards a tensor', () => {
  onEachBackend(() => {
    for (const size of [3, 100_000]) {
      it(`is a + t(b − a) to the bit for ${size} elements, leaks nothing, and keeps clones`, () => {
        const [a, b] = [1, 2].map((seed) => tf.randomNormal([size], 0, 1, 'float32', seed));
        const variable = tf.variable(a);
        const clone = variable.clone();
        const before = tf.memory().numTensors;
        for (const t of [0.5, 0.3, 0.8]) {
          tf.tidy(() => {
            const expected = interpolate(variable, b, t);
            moveTowards(variable, b, t);
            expect(bits(variable)).to.deep.equal(bits(expected));
          });
        }
        expect(tf.memory().numTensors).to.equal(before);
        expect(bits(clone)).to.deep.equal(bits(a));
        tf.dispose([a, b, variable, clone]);
      });
    }
  });
});
