/** Embedding tables for programs without layers. */
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link EmbeddingTable}. */
export interface EmbeddingTableOptions {
  /** Number of rows, one a token. */
  vocabulary: number;
  /** Length of a row. */
  width: number;
  /** First values, shape [vocabulary, width]. Default: uniform in [−0.05, 0.05), as Keras's layer. */
  initialValue?: tf.Tensor2D;
  /** The variable's name, by which a saved optimizer finds its table again: none is saved without. */
  name?: string;
}

/**
 * A table of vectors, one a token.
 *
 * @example
 * const table = new EmbeddingTable({ vocabulary: 20000, width: 128, name: 'words' });
 * const optimizer = new LazyOptimizer(tf.train.adam(1e-3), { embeddingLayers: [table] });
 * optimizer.minimize(() => loss(table.lookup(tokens)));
 */
export class EmbeddingTable {
  /** The vectors, shape [vocabulary, width]. */
  readonly variable: tf.Variable;

  /** @throws RangeError when vocabulary or width is no positive integer. */
  constructor({ vocabulary, width, initialValue, name }: EmbeddingTableOptions) {
    for (const [option, value] of Object.entries({ vocabulary, width })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new RangeError(`${option} is an integer of at least 1, not ${value}.`);
      }
    }
    if (initialValue && !tf.util.arraysEqual(initialValue.shape, [vocabulary, width])) {
      throw new RangeError(
        `initialValue has shape [${initialValue.shape}], the table [${vocabulary},${width}].`,
      );
    }
    this.variable = tf.tidy(() =>
      tf.variable(initialValue ?? tf.randomUniform([vocabulary, width], -0.05, 0.05), true, name),
    );
  }

  /** The vectors of some tokens: {@link lookup} in this table. */
  lookup(ids: tf.Tensor): tf.Tensor {
    return lookup(this, ids);
  }

  /** Frees the weights. */
  dispose(): void {
    this.variable.dispose();
  }
}

/**
 * The vectors of some tokens. In a loss that a {@link LazyOptimizer} minimizes, it makes no gradient
 * of the whole table; so does `tf.gather`, of which this is the short form.
 *
 * @param table - a table, or a variable of shape [vocabulary, width].
 * @param ids - tokens, of any shape, from 0 to vocabulary − 1.
 * @returns shape [...ids.shape, width].
 */
export function lookup(table: EmbeddingTable | tf.Variable, ids: tf.Tensor): tf.Tensor {
  const variable = table instanceof EmbeddingTable ? table.variable : table;
  return tf.tidy(() => tf.gather(variable, tf.cast(ids, 'int32')));
}
