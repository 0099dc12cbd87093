/** Sums the gradients of tokens that occur several times in a batch. */
import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, nativeBackend, runOp } from '../runtime/native-ops.js';

/** Rows of a table, each once, and the sum of all gradients for each. */
export interface DistinctRows {
  ids: Int32Array;
  /** Shape [ids.length, width]. */
  rows: tf.Tensor2D;
}

/**
 * Sums gradients of the same row.
 *
 * @param ids - rows of a table, in the order of the batch.
 * @param gradients - a gradient for each, shape [ids.length, width].
 * @param vocabulary - number of rows of the table. If all are there they come in the table's order,
 *   for then they are also its dense gradient.
 */
export function sumDuplicates(
  ids: Int32Array,
  gradients: tf.Tensor2D,
  vocabulary: number,
): DistinctRows {
  const { segments, distinct } = numberRows(ids, vocabulary);
  const native = nativeBackend();
  const rows =
    native === null
      ? tf.scatterND(tf.tensor2d(segments, [ids.length, 1], 'int32'), gradients, [
          distinct.length,
          gradients.shape[1],
        ])
      : nativeSegmentSum(native, gradients, segments, distinct.length);
  return { ids: distinct, rows: rows as tf.Tensor2D };
}

/** Numbers the distinct rows from 0: `segments` has the number of each id. */
function numberRows(ids: Int32Array, vocabulary: number) {
  const segments = new Int32Array(ids.length);
  const numbers = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) {
    let number = numbers.get(ids[i]);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(ids[i], number);
    }
    segments[i] = number;
  }
  return numbers.size === vocabulary
    ? { segments: ids, distinct: Int32Array.from({ length: vocabulary }, (_, row) => row) }
    : { segments, distinct: Int32Array.from(numbers.keys()) };
}

/** TensorFlow's `SparseSegmentSum`, which tfjs-node has no kernel for: half the time of `ScatterNd`. */
function nativeSegmentSum(
  native: NativeBackend,
  gradients: tf.Tensor2D,
  segments: Int32Array,
  count: number,
): tf.Tensor {
  const { order, sorted } = sortBySegment(segments, count);
  const inputs = [gradients, tf.tensor1d(order, 'int32'), tf.tensor1d(sorted, 'int32')];
  const types = { T: 'float32', Tidx: 'int32', Tsegmentids: 'int32' } as const;
  return runOp(native, 'SparseSegmentSum', inputs, 1, {}, types)[0];
}

/** A counting sort: `order` lists the indices of segment 0, then those of segment 1, … */
function sortBySegment(segments: Int32Array, count: number) {
  const next = new Int32Array(count + 1);
  for (const segment of segments) {
    next[segment + 1] += 1;
  }
  for (let segment = 0; segment < count; segment++) {
    next[segment + 1] += next[segment];
  }
  const order = new Int32Array(segments.length);
  const sorted = new Int32Array(segments.length);
  for (let i = 0; i < segments.length; i++) {
    const place = next[segments[i]]++;
    order[place] = i;
    sorted[place] = segments[i];
  }
  return { order, sorted };
}
