/** The optimizer's slots of one embedding table, and its steps on sampled rows. */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../embedding/rows.js';
import type { SparseGradient } from '../embedding/sparse-gradient.js';
import { stepRows } from './row-rules.js';
import { type SlotLayout, type SlotVariable, slotLayoutsOf } from './slots.js';
import type { NamedState } from './state.js';

/**
 * Steps whose cost depends on the number of sampled rows alone.
 *
 * A slot of a row that is not sampled only shrinks, by a known factor a step. So it is left alone,
 * and brought up to date when its row is next sampled: by βᐞ after ∆ steps. Steps in which the table
 * has no gradient do not count, for tf.js leaves moments alone in them.
 */
export class TableSlots {
  private readonly layouts: SlotLayout[];
  /**
   * By slot the factor of a step. The optimizer multiplies by the float32 nearest to β; the double
   * drifts by 1.5e-5 in 1,000 steps.
   */
  private readonly decays: number[];
  /** Slots by their layout's order, of the table's shape, each row as of its last update. */
  private readonly slots: tf.Variable[];
  /** For each row the step as of which its slots are. */
  private readonly updated: Int32Array;
  /** Steps in which the table had a gradient. */
  private steps = 0;
  /** What is kept outside of tensors, as tensors: made when the state is first read. */
  private saved: { updated: tf.Variable; about: tf.Variable } | null = null;

  /**
   * @param optimizer - one of tf.js's own, whose step is taken; its slots are not used.
   * @param shape - the table's, [vocabulary, width].
   * @param frozen - whether slots of rows that are not sampled stay as they are.
   */
  constructor(
    private readonly optimizer: tf.Optimizer,
    readonly shape: number[],
    private readonly frozen: boolean,
  ) {
    this.layouts = slotLayoutsOf(optimizer)!;
    this.decays = this.layouts.map(({ decay }) => Math.fround(decay()));
    this.slots = this.layouts.map(({ initialValue }) =>
      tf.tidy(() => tf.variable(tf.fill(shape, initialValue), false)),
    );
    this.updated = new Int32Array(shape[0]);
  }

  /** Takes a step on the rows that a gradient is for. */
  step(table: tf.Variable, { ids, rows: gradient }: SparseGradient): void {
    if (ids.length > 0) {
      this.stepOn(table, ids, gradient);
    }
    this.steps += 1;
    for (const id of ids) {
      this.updated[id] = this.steps;
    }
  }

  private stepOn(table: tf.Variable, ids: Int32Array, gradient: tf.Tensor): void {
    tf.tidy(() => {
      const indices = tf.tensor1d(ids, 'int32');
      const weights = rowsOf(table);
      const slots = this.slots.map((slot) => rowsOf(slot));
      const old = slots.map((slot) => slot.gather(indices));
      const ages = this.agesOf(ids);
      const stepped = stepRows(this.optimizer, {
        gradient,
        weights: () => weights.gather(indices),
        before: (i) => this.shrink(old[i], i, ages, -1),
        decayed: (i) => this.shrink(old[i], i, ages),
      });
      if ('change' in stepped) {
        weights.add(indices, stepped.change as tf.Tensor2D);
      } else {
        weights.scatter(indices, stepped.weights as tf.Tensor2D);
      }
      for (const [i, slot] of slots.entries()) {
        slot.scatter(indices, stepped.slots[i] as tf.Tensor2D);
      }
    });
  }

  /** One slot as others see it: always up to date. */
  slot(i: number): SlotVariable {
    return {
      shape: this.shape,
      read: () => this.upToDate(i),
      assign: (value) => {
        // All slots share the step as of which a row's are.
        const values = this.slots.map((_, j) => (i === j ? value : this.upToDate(j)));
        for (const [j, slot] of this.slots.entries()) {
          slot.assign(values[j]);
        }
        tf.dispose(values.filter((_, j) => i !== j));
        this.updated.fill(this.steps);
      },
    };
  }

  /** Makes the state as new. */
  reset(): void {
    for (const [i, slot] of this.slots.entries()) {
      tf.tidy(() => slot.assign(tf.fill(this.shape, this.layouts[i].initialValue)));
    }
    this.updated.fill(0);
    this.steps = 0;
  }

  /** The state as it is, not brought up to date, for that would change later bits: live tensors. */
  state(): NamedState {
    this.saved ??= tf.tidy(() => ({
      updated: tf.variable(tf.zeros([this.shape[0]], 'int32'), false),
      about: tf.variable(tf.zeros([4], 'int32'), false),
    }));
    const { updated, about } = this.saved;
    tf.tidy(() => {
      updated.assign(tf.tensor1d(this.updated.slice(), 'int32'));
      about.assign(tf.tensor1d([...this.shape, Number(this.frozen), this.steps], 'int32'));
    });
    const slots = this.layouts.map(({ name }, i) => [name, this.slots[i]]);
    return { ...Object.fromEntries(slots), updated, about };
  }

  /**
   * Checks a state that {@link state} gave.
   *
   * @throws Error when it is not complete, or was saved with the other kind of moments.
   */
  static check(optimizer: tf.Optimizer, state: NamedState, frozen: boolean): void {
    const slots = slotLayoutsOf(optimizer)!.map(({ name }) => name);
    const missing = ['about', 'updated', ...slots].filter((key) => state[key] === undefined);
    if (missing.length > 0) {
      throw new Error(
        `The saved state of a lazy table lacks ${missing.join(' and ')}: it is not complete.`,
      );
    }
    const [vocabulary, width, wasFrozen] = state.about.dataSync();
    const mode = (isFrozen: boolean) => (isFrozen ? 'freeze' : 'decay');
    if (Boolean(wasFrozen) !== frozen) {
      throw new Error(
        `The saved optimizer state is one of moments: '${mode(!frozen)}', this LazyOptimizer has moments: '${mode(frozen)}'.`,
      );
    }
    const shapes = {
      updated: [vocabulary],
      ...Object.fromEntries(slots.map((name) => [name, [vocabulary, width]])),
    };
    for (const [key, shape] of Object.entries(shapes)) {
      if (!tf.util.arraysEqual(state[key].shape, shape)) {
        throw new Error(
          `The saved state of a lazy table of shape [${vocabulary},${width}] has ${key} of shape [${state[key].shape}]: it is that of another table.`,
        );
      }
    }
  }

  /** A table in a state that {@link check} has passed; the tensors are copied. */
  static from(optimizer: tf.Optimizer, state: NamedState, frozen: boolean): TableSlots {
    const [vocabulary, width, , steps] = state.about.dataSync();
    const table = new TableSlots(optimizer, [vocabulary, width], frozen);
    for (const [i, { name }] of table.layouts.entries()) {
      table.slots[i].assign(state[name]);
    }
    table.updated.set(state.updated.dataSync());
    table.steps = steps;
    return table;
  }

  dispose(): void {
    for (const slot of this.slots) {
      slot.dispose();
    }
    if (this.saved !== null) {
      tf.dispose([this.saved.updated, this.saved.about]);
    }
  }

  /** For each row the number of steps since it was updated, this one included. */
  private agesOf(ids: Int32Array): Int32Array {
    return this.frozen
      ? new Int32Array(ids.length).fill(1)
      : ids.map((id) => this.steps + 1 - this.updated[id]);
  }

  /** What is left of a slot's rows after as many steps as they are old, and some more. */
  private shrink(rows: tf.Tensor, i: number, ages: Int32Array, more = 0): tf.Tensor {
    const factor = this.decays[i];
    const steps = ages[0] + more;
    const isEven = ages.every((age) => age === ages[0]);
    if (factor === 1 || (isEven && steps === 0)) {
      return rows;
    }
    if (isEven) {
      return tf.mul(rows, factor ** steps);
    }
    const powers = new Float32Array(ages.length);
    for (let row = 0; row < ages.length; row++) {
      powers[row] = factor ** (ages[row] + more);
    }
    return tf.mul(rows, tf.tensor2d(powers, [ages.length, 1]));
  }

  private upToDate(i: number): tf.Tensor {
    if (this.frozen || this.decays[i] === 1) {
      return this.slots[i].clone();
    }
    const ages = this.updated.map((step) => this.steps - step);
    return tf.tidy(() => this.shrink(this.slots[i].clone(), i, ages));
  }
}
