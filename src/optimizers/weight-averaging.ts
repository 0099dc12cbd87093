/** Averages of the weights along the way (Polyak & Juditsky 1992; Izmailov et al. 2018, 1803.05407). */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rowsOf } from '../embedding/rows.js';
import { sparseGradient } from '../embedding/sparse-gradient.js';
import { AveragedTable } from './averaged-table.js';
import { refuseInside } from './composition.js';
import { EvaluatingWrapper } from './evaluating-wrapper.js';
import { Lookahead } from './lookahead.js';
import { interpolate } from './move-towards.js';
import { optionsOf } from './options.js';
import { indexed, listOf, type NamedState } from './state.js';
import { chainOf, type Gradient } from './wrapper.js';

/** Options of {@link WeightAveraging}. */
export interface WeightAveragingOptions {
  /** `ema` (default): exponential moving average. `mean`: plain mean of the weights after each step. */
  mode?: 'ema' | 'mean';
  /** Of `ema`: what the average keeps of itself at each step, from 0 to less than 1. Default 0.999. */
  decay?: number;
  /** Of `mean`: the first step, counted from 1, whose weights enter. Default 1. */
  from?: number;
}

/**
 * Wraps any optimizer and keeps an average θ̄ of the weights θ beside them; training itself does not
 * change. With n steps taken:
 *
 *     first call    θ̄ ← θ
 *     ema           θ̄ ← θ̄ + (1 − decay)(θ − θ̄)      after every step
 *     mean          θ̄ ← θ̄ + (θ − θ̄) / (n − from + 1) after step `from` and every later one
 *
 * The moving average starts from the first weights, so it needs no correction for a start from zero,
 * and has none (optax's `ema` starts from zero and corrects with `debias`). Before step `from` the mean
 * is the weights themselves. Only what is trained is averaged: the moving statistics of batch
 * normalization stay those of θ, with which θ̄ is often far worse than it is. `updateBatchNormalization`
 * of `lazyahead/layers` gives it its own.
 *
 * It must stand outside of every optimizer that moves weights. Where a step moves only the sampled
 * rows of an embedding table, only they are averaged in it: θ has stood still in all other rows, so
 * that their average follows from the number of steps, when they next move or are read. What moves them
 * between two steps, such as a Lookahead's `synchronize()`, therefore counts from their last step on.
 *
 * @example
 * const optimizer = new WeightAveraging(tf.train.adam(1e-3), { decay: 0.999 });
 * const result = await optimizer.withAveragedWeights(() => model.evaluate(x, y));
 */
export class WeightAveraging extends EvaluatingWrapper {
  /**
   * The name under which tf.js saves and loads it.
   *
   * @nocollapse
   */
  static get className(): string {
    return 'WeightAveraging';
  }

  /** Which average. */
  readonly mode: 'ema' | 'mean';
  /** What a moving average keeps of itself at each step. */
  readonly decay: number;
  /** The first step of a mean. */
  readonly from: number;

  /** θ̄, by position. */
  private averages: tf.Variable[] = [];
  /** By position; variables that are averaged as a whole in every step are not among them. */
  private readonly tables = new Map<number, AveragedTable>();
  private readonly lookahead?: Lookahead;
  protected override readonly names = {
    weights: 'averaged weights',
    scope: 'withAveragedWeights',
    model: 'evaluateOnAveragedWeights',
  };

  /**
   * @param inner - the optimizer that takes the steps.
   * @throws RangeError when mode, decay or from is out of range.
   * @throws TypeError when `inner` is no optimizer or averages already, or when an option belongs to
   *   the other mode, or to none.
   */
  constructor(inner: tf.Optimizer, options: WeightAveragingOptions = {}) {
    super(inner);
    const given = optionsOf(this, options, ['mode', 'decay', 'from']);
    const { mode = 'ema', decay = 0.999, from = 1 } = given;
    if (mode !== 'ema' && mode !== 'mean') {
      throw new RangeError(`mode is one of ema, mean, not "${mode}".`);
    }
    const other = mode === 'ema' ? 'from' : 'decay';
    if (given[other] !== undefined) {
      throw new TypeError(`${other} is no option of mode: '${mode}': leave one of them out.`);
    }
    if (!(typeof decay === 'number' && decay >= 0 && decay < 1)) {
      throw new RangeError(
        `decay is what the average keeps at each step, from 0 to less than 1, not ${decay}.`,
      );
    }
    if (!Number.isInteger(from) || from < 1) {
      throw new RangeError(
        `from is the first step to be averaged, an integer of at least 1, not ${from}.`,
      );
    }
    refuseInside('WeightAveraging', inner);
    this.mode = mode;
    this.decay = decay;
    this.from = from;
    this.lookahead = chainOf(inner).find((optimizer) => optimizer instanceof Lookahead);
  }

  /**
   * Runs a callback while the model holds the averaged weights, and puts its own back afterwards,
   * also when the callback throws or rejects.
   *
   * @returns what the callback returns.
   * @throws Error when this optimizer or one of its variables was disposed; when it was loaded and does
   *   not know its model yet, see {@link evaluateOnAveragedWeights}.
   */
  withAveragedWeights<T>(callback: () => T): T {
    return this.withEvaluationWeights(callback);
  }

  /**
   * Makes a model evaluate on the averaged weights, in `evaluate` and in the validation of `fit`;
   * with batch normalization's statistics as they are.
   *
   * @param model - a model compiled with this optimizer, or with a wrapper around it; compiling it
   *   with another undoes this.
   * @returns a function that undoes it.
   * @throws Error when the model is not compiled, or with another optimizer, or this one was disposed;
   *   when a state that was loaded is that of another model.
   */
  evaluateOnAveragedWeights(model: LayersModel): () => void {
    return this.evaluateOnKeptWeights(model);
  }

  protected override countKept(): number {
    return this.averages.length;
  }

  protected override keptWeights(): tf.Tensor[] {
    return this.averages.map((_, position) => this.current(position));
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    this.refuseWhileEvaluating('a training step');
    for (const { variable } of gradients.slice(this.averages.length)) {
      this.averages.push(tf.variable(variable, false));
    }
    this.refuseFewer();
    // What an average has missed must be made up for with the weights as they are before the step.
    const enter = gradients.map((gradient, position) => this.prepare(gradient, position));
    this.stepInner(gradients, complete);
    for (const newWeights of enter) {
      newWeights();
    }
  }

  /** Brings a variable's average up to date; the result has the new weights enter it. */
  private prepare({ variable, tensor }: Gradient, position: number): () => void {
    const n = this.iterations;
    const weight = this.weight(n, n + 1);
    const average = this.averages[position];
    const table = this.tableOf(tensor, position);
    if (table === undefined) {
      const current = this.current(position);
      return () => {
        average.assign(interpolate(current, variable, weight));
        this.forgetTable(position);
      };
    }
    const ids = table.moving(sparseGradient(tensor)?.ids ?? new Int32Array(0), n);
    if (ids.length === 0) {
      return () => {};
    }
    const indices = tf.tensor1d(ids, 'int32');
    const weights = () => rowsOf(variable).gather(indices);
    const rows = rowsOf(average);
    const current = this.catchUp(rows.gather(indices), weights(), ids, table);
    return () => {
      rows.scatter(indices, interpolate(current, weights(), weight));
      table.moved(ids, n + 1);
    };
  }

  /** The table at a position if this step moves single rows of it; undefined if it may move all. */
  private tableOf(gradient: tf.Tensor | null, position: number): AveragedTable | undefined {
    const sparse = sparseGradient(gradient);
    const known = this.tables.get(position);
    if (sparse === undefined) {
      return gradient === null ? known : undefined;
    }
    if (known !== undefined) {
      return known;
    }
    const upTo = new Int32Array(sparse.vocabulary).fill(this.iterations);
    const table = new AveragedTable(upTo, this.lookahead);
    this.tables.set(position, table);
    return table;
  }

  private forgetTable(position: number): void {
    this.tables.get(position)?.dispose();
    this.tables.delete(position);
  }

  /**
   * What weights that stand still from step n₀ to step n contribute to their average θ̄ at n.
   *
   * With them, n − n₀ steps of the moving average are θ + decayⁿ⁻ⁿ⁰(θ̄ − θ), and those of the mean,
   * which had c₀ and has c weights in it, are (c₀·θ̄ + (c − c₀)·θ) / c.
   */
  private weight(n0: number, n: number): number {
    if (n === n0) {
      return 0;
    }
    if (this.mode === 'ema') {
      return 1 - this.decay ** (n - n0);
    }
    const count = (step: number) => Math.max(0, step - this.from + 1);
    return count(n) === 0 ? 1 : (count(n) - count(n0)) / count(n);
  }

  /** A variable's average up to now: its own variable where nothing is missing, else a copy. */
  private current(position: number): tf.Tensor {
    const average = this.averages[position];
    const table = this.tables.get(position);
    return table === undefined
      ? average
      : this.catchUp(average, this.variables[position], table.upTo.keys(), table);
  }

  /** Averages of rows, shape [ids, width], up to now, given the weights since. */
  private catchUp<T extends tf.Tensor>(
    averages: T,
    weights: T,
    ids: Iterable<number>,
    table: AveragedTable,
  ): T {
    const shares = Float32Array.from(ids, (id) => this.weight(table.upTo[id], this.iterations));
    return interpolate(averages, weights, tf.tensor2d(shares, [shares.length, 1]));
  }

  override ownState(): NamedState {
    const tables = [...this.tables].map(([position, table]) => [`upTo:${position}`, table.state()]);
    return { ...indexed('average', this.averages), ...Object.fromEntries(tables) };
  }

  override get stateLists(): readonly string[] {
    return ['average'];
  }

  override loadOwnState(state: NamedState): void {
    for (const [position, average] of this.averages.entries()) {
      average.dispose();
      this.forgetTable(position);
    }
    this.averages = listOf(state, 'average').map((tensor) => tf.variable(tensor, false));
    for (const position of this.averages.keys()) {
      const upTo = state[`upTo:${position}`];
      if (upTo !== undefined) {
        const steps = Int32Array.from(upTo.dataSync());
        this.tables.set(position, new AveragedTable(steps, this.lookahead));
      }
    }
  }

  override dispose(): void {
    this.loadOwnState({});
    super.dispose();
  }

  protected override shapeOfState(position: number): number[] | undefined {
    return this.averages[position]?.shape ?? super.shapeOfState(position);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { mode, decay, from } = this;
    return { inner: this.innerConfig(), mode, ...(mode === 'ema' ? { decay } : { from }) };
  }
}

tf.serialization.registerClass(WeightAveraging);
