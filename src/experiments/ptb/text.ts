/** A text as batches for a model that carries its states from one to the next. */
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from '../../runtime/errors.js';
import type { Batch, Batches } from '../experiment.js';

/** How a text is cut up. */
export interface Cut {
  /** The text is cut into so many rows of equal length, which are read side by side. */
  rows: number;
  /** So many words of each row are a batch. */
  steps: number;
  /** Whether the row's last words, where they are fewer, are a batch too. */
  toTheEnd: boolean;
}

/**
 * Batches of words and of the words that come next, `[rows, steps]` each, int32: each row of a batch
 * goes on where it ended in the one before. Words that fill no row, fewer than `rows`, are left out.
 *
 * @param ids - the text's words.
 */
export function textBatches(ids: Int32Array, { rows, steps, toTheEnd }: Cut): Batches {
  const length = rowLength(ids, rows);
  const batches = toTheEnd ? Math.ceil(length / steps) : Math.floor(length / steps);
  const cutOut = (from: number, size: number): tf.Tensor => {
    const words = new Int32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const start = row * length + from;
      words.set(ids.subarray(start, start + size), row * size);
    }
    return tf.tensor2d(words, [rows, size], 'int32');
  };
  return {
    n: rows * (toTheEnd ? length : batches * steps),
    length: batches,
    at(index): Batch {
      const from = index * steps;
      const size = Math.min(steps, length - from);
      return { x: cutOut(from, size), y: cutOut(from + 1, size), n: rows * size };
    },
  };
}

/**
 * {@link textBatches} of a text that makes at least one: the loss over none is no number.
 *
 * @param remedy - says what to do, from the number of words that would make one.
 * @throws UsageError with the rows and the words that each would have.
 */
export function nonEmptyBatches(
  ids: Int32Array,
  cut: Cut,
  remedy: (words: number) => string,
): Batches {
  const batches = textBatches(ids, cut);
  if (batches.length === 0) {
    const { rows, steps, toTheEnd } = cut;
    const words = rowLength(ids, rows);
    const least = toTheEnd ? 1 : steps;
    throw new UsageError(
      `${rows} rows leave ${words} words a row, fewer than ${least === 1 ? '1 step' : `${least} steps`}: ${remedy(rows * least + 1)}.`,
    );
  }
  return batches;
}

/** Words of a row that are read; of the text the last one is only foretold. */
const rowLength = (ids: Int32Array, rows: number) =>
  Math.max(0, Math.floor((ids.length - 1) / rows));
