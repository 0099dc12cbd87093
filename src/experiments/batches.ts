/** Examples that can be had in any order, as batches. */
import { type RandomStream, randomStream } from '../runtime/seeds.js';
import type { Batch, Batches, TrainingSet } from './experiment.js';

/**
 * Examples in a new order each epoch, which depends on seed and epoch alone.
 *
 * @param n - how many there are.
 * @param batch - makes the examples with these numbers into tensors; what it draws from `random`
 *   depends on seed, epoch and step alone.
 */
export function shuffled(
  n: number,
  batch: (indices: Int32Array, random: RandomStream) => Batch,
): TrainingSet {
  return {
    n,
    epoch({ seed, batchSize }, epoch) {
      const order = randomStream(seed, 'order', epoch).permutation(n);
      return {
        n,
        length: Math.ceil(n / batchSize),
        at: (step) =>
          batch(
            order.subarray(step * batchSize, (step + 1) * batchSize),
            randomStream(seed, 'augmentation', epoch, step),
          ),
      };
    },
  };
}

/** How many examples are evaluated at a time; it decides nothing but speed. */
const EVALUATED_AT_A_TIME = 200;

/** Examples in their own order. */
export function inOrder(n: number, batch: (indices: Int32Array) => Batch): Batches {
  const size = EVALUATED_AT_A_TIME;
  return {
    n,
    length: Math.ceil(n / size),
    at(index) {
      const start = index * size;
      return batch(Int32Array.from({ length: Math.min(size, n - start) }, (_, i) => start + i));
    },
  };
}
