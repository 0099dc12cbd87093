/** Which rows of an embedding table an average has yet to take in. */
import * as tf from '@tensorflow/tfjs-core';
import type { Lookahead } from './lookahead.js';

/**
 * The bookkeeping of an average over a table of which each step moves some rows only: up to which
 * step each row's average counts. The row has not moved since.
 */
export class AveragedTable {
  /** Rows that the next sync may move; undefined until looked for. */
  private sinceSync?: Set<number>;
  /** `upTo` as a tensor that is reused, made when the state is first read. */
  private saved: tf.Variable | null = null;

  /**
   * @param upTo - for each row the step up to which its average counts.
   * @param lookahead - the Lookahead that the steps go through, if any.
   */
  constructor(
    readonly upTo: Int32Array,
    private readonly lookahead?: Lookahead,
  ) {}

  /**
   * Indices of the rows that a step moves, each once.
   *
   * @param sampled - the rows that have a gradient in it.
   * @param step - steps taken before it.
   */
  moving(sampled: Int32Array, step: number): Int32Array {
    if (this.lookahead === undefined) {
      return sampled;
    }
    // A sync moves every row that a step has moved since the last one.
    const { iterations, k } = this.lookahead;
    this.sinceSync ??= this.rowsAfter(step - (iterations % k));
    for (const id of sampled) {
      this.sinceSync.add(id);
    }
    return (iterations + 1) % k === 0 ? Int32Array.from(this.sinceSync) : sampled;
  }

  /** Notes that the averages of rows that a step has moved count up to it. */
  moved(ids: Int32Array, step: number): void {
    for (const id of ids) {
      this.upTo[id] = step;
    }
    if (this.lookahead !== undefined && this.lookahead.iterations % this.lookahead.k === 0) {
      this.sinceSync?.clear();
    }
  }

  /** `upTo` as a live tensor. */
  state(): tf.Tensor {
    this.saved ??= tf.tidy(() => tf.variable(tf.zeros([this.upTo.length], 'int32'), false));
    tf.tidy(() => this.saved!.assign(tf.tensor1d(this.upTo.slice(), 'int32')));
    return this.saved;
  }

  dispose(): void {
    this.saved?.dispose();
  }

  /** All rows if the table was made, or moved as a whole, since. */
  private rowsAfter(step: number): Set<number> {
    const rows = new Set<number>();
    for (const [row, upTo] of this.upTo.entries()) {
      if (upTo > step) {
        rows.add(row);
      }
    }
    return rows;
  }
}
