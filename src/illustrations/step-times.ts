import * as tf from '@tensorflow/tfjs-core';
import { EmbeddingTable } from '../embedding/embedding-table.js';
import { disposeOptimizer } from '../optimizers/slots.js';
import { randomStream } from '../runtime/seeds.js';

/** What a step is taken on. */
export interface StepTimesOptions {
  /** Numbers of words. Default 1,000, 10,000 and 100,000. */
  vocabularies?: readonly number[];
  /** Length of a word's vector. Default 64. */
  width?: number;
  /** Tokens in a batch. Default 2,560: 32 texts of 80. */
  tokens?: number;
  /** Steps timed, after as many that warm up. Default 8. */
  steps?: number;
}

/** The time of a step at a size. */
export interface StepTime {
  vocabulary: number;
  /** Of the fastest step (ms): what others on the machine do only makes steps slower. */
  milliseconds: number;
}

/**
 * How long an optimizer takes for a step of an embedding table alone: look up, go backwards, step.
 * Measured here and now, on a machine that may do other things; a benchmark it is not.
 *
 * @param make - makes the optimizer of a table; it is disposed.
 */
export function stepTimes(
  make: (table: EmbeddingTable) => tf.Optimizer,
  options: StepTimesOptions = {},
): StepTime[] {
  const {
    vocabularies = [1_000, 10_000, 100_000],
    width = 64,
    tokens = 2_560,
    steps = 8,
  } = options;
  return vocabularies.map((vocabulary) => {
    const table = new EmbeddingTable({ vocabulary, width });
    const optimizer = make(table);
    const stream = randomStream(1, 'tokens', vocabulary);
    const ids = tf.tensor1d(
      Int32Array.from({ length: tokens }, () => stream.integer(vocabulary)),
      'int32',
    );
    const loss = () => tf.mean(tf.square(table.lookup(ids))) as tf.Scalar;
    const times = Array.from({ length: 2 * steps }, () => {
      const start = performance.now();
      optimizer.minimize(loss, false, [table.variable]);
      return performance.now() - start;
    }).slice(steps);
    tf.dispose(ids);
    disposeOptimizer(optimizer);
    table.dispose();
    return { vocabulary, milliseconds: Math.min(...times) };
  });
}
