/** Rows of a table on a backend that can only make changed copies of it, such as WebGL's. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rows } from './rows.js';

/** Writes rows by making a new table: the cost grows with the vocabulary, no gradient's does. */
export class CopiedRows implements Rows {
  constructor(private readonly variable: tf.Variable) {}

  gather(ids: tf.Tensor1D): tf.Tensor2D {
    return tf.gather(this.variable as tf.Tensor2D, ids);
  }

  scatter(ids: tf.Tensor1D, rows: tf.Tensor2D): void {
    tf.tidy(() =>
      this.variable.assign(tf.tensorScatterUpdate(this.variable, tf.expandDims(ids, 1), rows)),
    );
  }

  add(ids: tf.Tensor1D, change: tf.Tensor2D): void {
    tf.tidy(() => this.scatter(ids, tf.add(this.gather(ids), change)));
  }

  release(): void {}
}
