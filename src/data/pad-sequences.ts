import { UsageError } from '../runtime/errors.js';

/**
 * Lays sequences of different lengths out as the rows of one matrix, as Keras's `pad_sequences`
 * does by default: a short one is padded with zeros at its front, of a long one the end is kept.
 *
 * @param sequences - lists of ids.
 * @param maxlen - length of a row.
 * @returns shape [sequences.length, maxlen], row after row.
 *
 * @example padSequences([[5, 6], [1, 2, 3, 4]], 3) // 0 5 6 · 2 3 4
 */
export function padSequences(sequences: ArrayLike<number>[], maxlen: number): Int32Array {
  if (!Number.isSafeInteger(maxlen) || maxlen < 1) {
    throw new UsageError(`maxlen is ${maxlen}; it must be a whole number of at least 1.`);
  }
  const rows = new Int32Array(sequences.length * maxlen);
  sequences.forEach((sequence, row) => {
    const kept = Math.min(sequence.length, maxlen);
    const target = (row + 1) * maxlen - kept;
    const source = sequence.length - kept;
    for (let i = 0; i < kept; i++) rows[target + i] = sequence[source + i];
  });
  return rows;
}
