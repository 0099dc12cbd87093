import * as tf from '@tensorflow/tfjs-core';
import { EmbeddingTable } from '../embedding/embedding-table.js';
import { disposeOptimizer } from '../optimizers/slots.js';
import { UsageError } from '../runtime/errors.js';

/** When the rare word of {@link rowHistory} is in the batch. */
export interface RowHistoryOptions {
  /** Steps in all. Default 120. */
  steps?: number;
  /** The steps whose batch holds the rare word, from 1. Default 10 and 60. */
  sampledAt?: readonly number[];
}

/**
 * What an optimizer does to the vector of a rare word, here a single number that its gradient pulls
 * from 0 towards 1 whenever the word is in the batch. A common word is in every batch.
 *
 * @param make - makes the optimizer of the table; it is disposed.
 * @returns the rare word's number, at first and after each step.
 * @example rowHistory((table) => new LazyOptimizer(tf.train.adam(0.05), { embeddingLayers: [table] }))
 */
export function rowHistory(
  make: (table: EmbeddingTable) => tf.Optimizer,
  { steps = 120, sampledAt = [10, 60] }: RowHistoryOptions = {},
): number[] {
  const outside = sampledAt.find((step) => !Number.isSafeInteger(step) || step < 1 || step > steps);
  if (outside !== undefined) {
    throw new UsageError(`The word is sampled at steps from 1 to ${steps}, not at ${outside}.`);
  }
  const [COMMON, RARE] = [0, 1];
  const initialValue = tf.zeros([2, 1]) as tf.Tensor2D;
  const table = new EmbeddingTable({ vocabulary: 2, width: 1, initialValue });
  initialValue.dispose();
  const optimizer = make(table);
  const history = [0];
  for (let step = 1; step <= steps; step++) {
    const tokens = sampledAt.includes(step) ? [COMMON, RARE] : [COMMON];
    const ids = tf.tensor1d(tokens, 'int32');
    const loss = () => tf.mul(0.5, tf.sum(tf.square(tf.sub(table.lookup(ids), 1)))) as tf.Scalar;
    optimizer.minimize(loss, false, [table.variable]);
    history.push(table.variable.dataSync()[RARE]);
    ids.dispose();
  }
  disposeOptimizer(optimizer);
  table.dispose();
  return history;
}
