import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import type { RandomStream } from '../runtime/seeds.js';

/**
 * Factors for inverted dropout: 0 with probability `rate`, else 1 / (1 − rate).
 *
 * Drawn in JavaScript, so that every backend gets the same bits.
 *
 * @param rate - in [0, 1).
 */
export function dropoutMask(
  shape: [number, number, number],
  rate: number,
  random: RandomStream,
): Tensor3D {
  const values = new Float32Array(shape[0] * shape[1] * shape[2]);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < values.length; i++) {
    values[i] = random.uniform() < rate ? 0 : kept;
  }
  return tensor3d(values, shape);
}
