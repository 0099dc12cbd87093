import type * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';

/** Asserts that numbers agree to a relative tolerance, float32's by default. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol = 1e-5, atol = 1e-8 } = {},
): void {
  expect(actual.length, 'length').to.equal(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const allowed = atol + rtol * Math.abs(expected[i]);
    expect(actual[i], `element ${i}`).to.be.closeTo(expected[i], allowed);
  }
}

/** The bits of float32 numbers, which tell −0 from 0 and compare NaN. */
export function bits(tensor: tf.Tensor): number[] {
  const data = tensor.dataSync();
  return Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length));
}
