/**
 * Lazy updates around any optimizer: it takes its whole step, then the rows of a table that were not
 * sampled are put back. The cost grows with the vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core';
import { nonZeroRows, sparseGradient } from '../embedding/sparse-gradient.js';
import type { Slot } from './slots.js';

/**
 * Keeps what a table's rows are before a step.
 *
 * @param position - the table's among the optimizer's variables.
 * @param slots - gives the optimizer's slots where those of rows that are not sampled are to stay.
 * @returns a function that puts the rows that are not sampled back.
 */
export function keepUnsampledRows(
  table: tf.Variable,
  gradient: tf.Tensor,
  position: number,
  slots?: () => Slot[],
): () => void {
  const sampled = sampledRows(gradient);
  const before = table.clone();
  const slotsBefore = slots?.().map(({ variables }) => variables[position]?.read());
  return () => {
    table.assign(tf.where(sampled, table, before));
    for (const [i, { variables, initialValue }] of (slots?.() ?? []).entries()) {
      const slot = variables[position];
      if (slot !== undefined) {
        // A slot made in this very step was its initial value before.
        const old = slotsBefore![i] ?? tf.fill(slot.shape, initialValue);
        slot.assign(tf.where(sampled, slot.read(), old));
      }
    }
  };
}

/** Which rows are sampled, shape [vocabulary, 1]: those looked up, else those with a gradient. */
function sampledRows(gradient: tf.Tensor): tf.Tensor {
  const sparse = sparseGradient(gradient);
  if (sparse === undefined) {
    return nonZeroRows(gradient);
  }
  const mask = new Uint8Array(sparse.vocabulary);
  for (const id of sparse.ids) {
    mask[id] = 1;
  }
  return tf.tensor2d(mask, [sparse.vocabulary, 1], 'bool');
}
