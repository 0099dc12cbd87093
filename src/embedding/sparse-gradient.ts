/**
 * Gradients of an embedding table that hold the sampled rows only.
 *
 * Such a gradient is an ordinary tensor of shape [sampled rows, width], so that it passes through
 * `minimize` and `tf.tidy` like any other; which rows of the table it is for is kept beside it.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The gradient of some rows of a table; that of all other rows is zero. */
export interface SparseGradient {
  /** The rows' indices in the table, each once. */
  readonly ids: Int32Array;
  /** Their gradients, shape [ids.length, width]; duplicates within a batch are summed already. */
  readonly rows: tf.Tensor2D;
  /** Number of rows of the table. */
  readonly vocabulary: number;
}

const sparse = new WeakMap<tf.Tensor, SparseGradient>();

/**
 * Makes a gradient of rows.
 *
 * @param ids - the rows' indices, without duplicates.
 * @param rows - their gradients, shape [ids.length, width].
 * @param vocabulary - number of rows of the table.
 * @returns `rows` itself, which {@link sparseGradient} knows from now on.
 */
export function makeSparse(ids: Int32Array, rows: tf.Tensor2D, vocabulary: number): tf.Tensor2D {
  sparse.set(rows, { ids, rows, vocabulary });
  return rows;
}

/** What a gradient's rows are for; undefined for an ordinary, dense gradient. */
export function sparseGradient(gradient: tf.Tensor | null): SparseGradient | undefined {
  return gradient === null ? undefined : sparse.get(gradient);
}

/** Applies a function of the same shape to a gradient's values, dense or sparse. */
export function mapGradient(
  gradient: tf.Tensor,
  f: (values: tf.Tensor, sparse?: SparseGradient) => tf.Tensor,
): tf.Tensor {
  const known = sparse.get(gradient);
  const values = f(gradient, known);
  return known === undefined
    ? values
    : makeSparse(known.ids, values as tf.Tensor2D, known.vocabulary);
}

/** A gradient of the table's own shape [vocabulary, width]; a dense one is returned as it is. */
export function toDense(gradient: tf.Tensor): tf.Tensor {
  const known = sparse.get(gradient);
  if (known === undefined) {
    return gradient;
  }
  const { ids, rows, vocabulary } = known;
  return tf.tidy(() =>
    tf.scatterND(tf.tensor2d(ids, [ids.length, 1], 'int32'), rows, [vocabulary, rows.shape[1]]),
  );
}

/** Of a dense gradient, shape [vocabulary, 1], the rows that are not zero: those that count as sampled. */
export const nonZeroRows = (gradient: tf.Tensor): tf.Tensor =>
  tf.any(tf.notEqual(gradient, 0), 1, true);

/** A gradient as that of some rows: of a dense one, the rows that are not zero. */
export function sampledRowsOf(gradient: tf.Tensor): SparseGradient {
  return (
    sparse.get(gradient) ??
    tf.tidy(() => {
      const sampled = nonZeroRows(gradient).dataSync();
      const ids = Int32Array.from(sampled.keys()).filter((row) => sampled[row]);
      const rows = tf.gather(gradient as tf.Tensor2D, tf.tensor1d(ids, 'int32'));
      return { ids, rows, vocabulary: gradient.shape[0] };
    })
  );
}
