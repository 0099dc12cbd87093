/** Lookahead: k steps forward, 1 step back (Zhang et al. 2019, arXiv 1907.08610). */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { rowsOf } from '../embedding/rows.js';
import { sparseGradient } from '../embedding/sparse-gradient.js';
import { refuseInside } from './composition.js';
import { EvaluatingWrapper } from './evaluating-wrapper.js';
import { interpolate, moveTowards } from './move-towards.js';
import { optionsOf } from './options.js';
import { isKnown, type Slot } from './slots.js';
import { indexed, listOf, type NamedState } from './state.js';
import { everything, nothingOf, type Touched, withChanges, withRows } from './touched.js';
import { canReset, chainOf, type Gradient } from './wrapper.js';

/** What happens to the inner optimizer's momentum when fast and slow weights meet. */
export type MomentumPolicy = 'keep' | 'reset' | 'pullback';

/** Options of {@link Lookahead}. */
export interface LookaheadOptions {
  /** Sync period: fast steps between two syncs, an integer ≥ 1. Default 5. */
  k?: number;
  /** Step of the slow weights towards the fast ones, in [0, 1]. Default 0.5. */
  alpha?: number;
  /**
   * What each sync does to the inner optimizer's state. Default `keep`.
   *
   * - `keep`: nothing.
   * - `reset`: makes the whole of it as new, its clock included. (Resetting Adam's moments alone
   *   would leave the bias correction of a late step, and steps 3–5 times the learning rate.)
   * - `pullback`: interpolates the first moments s as the weights are, s ← s̄ + α(s − s̄).
   */
  momentum?: MomentumPolicy;
}

const POLICIES: MomentumPolicy[] = ['keep', 'reset', 'pullback'];

/**
 * Wraps any optimizer with slow weights φ that follow the model's own, fast weights θ:
 *
 *     first call       φ ← θ
 *     every call       θ ← inner(θ, g);  n ← n + 1
 *     n mod k = 0      θ ← φ + α(θ − φ);  φ ← θ
 *
 * Costs one extra copy of the trainable weights. Only what is trained is interpolated: the moving
 * statistics of batch normalization are left as they are, and so is a layer from when it is frozen.
 * Weights that something else assigns are taken for fast ones: the next sync pulls them towards φ.
 * Evaluate on the slow weights with {@link withSlowWeights}, for between two syncs the model holds the
 * fast ones.
 *
 * @example
 * const optimizer = new Lookahead(tf.train.adam(1e-3), { k: 5, alpha: 0.5 });
 * model.compile({ optimizer, loss: 'binaryCrossentropy' });
 */
export class Lookahead extends EvaluatingWrapper {
  /**
   * The name under which tf.js saves and loads it.
   *
   * @nocollapse
   */
  static get className(): string {
    return 'Lookahead';
  }

  /** Sync period in steps. */
  readonly k: number;
  /** Step of the slow weights. */
  readonly alpha: number;
  /** What a sync does to the inner optimizer's momentum. */
  readonly momentum: MomentumPolicy;

  /** φ, by position. */
  private slow: tf.Variable[] = [];
  /** By position, what was stepped since the last sync. */
  private touched: Touched[] = [];
  /** s̄ of `pullback`, the first moments after the last sync: by slot, then by position. */
  private pulledBack: Record<string, tf.Variable[]> = {};
  protected override readonly names = {
    weights: 'slow weights',
    scope: 'withSlowWeights',
    model: 'evaluateOnSlowWeights',
  };

  /**
   * @param inner - the optimizer of the fast weights.
   * @throws RangeError when k, alpha or momentum is out of range.
   * @throws TypeError when `inner` is no optimizer, or already has slow weights, or, for `reset` and
   *   `pullback`, hides its state; when there is no such option.
   */
  constructor(inner: tf.Optimizer, options: LookaheadOptions = {}) {
    super(inner);
    const given = optionsOf(this, options, ['k', 'alpha', 'momentum']);
    const { k = 5, alpha = 0.5, momentum = 'keep' } = given;
    if (!Number.isInteger(k) || k < 1) {
      throw new RangeError(
        `k is the number of steps between two syncs, an integer of at least 1, not ${k}.`,
      );
    }
    if (!(typeof alpha === 'number' && alpha >= 0 && alpha <= 1)) {
      throw new RangeError(`alpha is the step of the slow weights, from 0 to 1, not ${alpha}.`);
    }
    if (!POLICIES.includes(momentum)) {
      throw new RangeError(`momentum is one of ${POLICIES.join(', ')}, not "${momentum}".`);
    }
    refuseInside('Lookahead', inner);
    this.k = k;
    this.alpha = alpha;
    this.momentum = momentum;
    if (momentum === 'pullback') {
      this.slots(); // throws for an optimizer whose state is not known
    }
    const innermost = chainOf(inner).at(-1)!;
    if (momentum === 'reset' && !canReset(innermost) && !isKnown(innermost)) {
      throw new TypeError(
        `momentum: 'reset' needs a resetState() method of ${innermost.getClassName()}, which is not one of tf.js's optimizers.`,
      );
    }
  }

  /**
   * Brings fast and slow weights together now, e.g. before the model is saved; counts no step, and
   * leaves the inner optimizer's state as it is, whatever `momentum` says.
   *
   * @throws Error while the model holds the slow weights; when this optimizer or one of its variables was
   *   disposed; when it was loaded and does not know its model yet, see {@link evaluateOnSlowWeights}.
   */
  synchronize(): void {
    this.refuseWhileEvaluating('synchronize()');
    this.requireVariables();
    tf.tidy(() => this.sync());
  }

  /**
   * Runs a callback while the model holds the slow weights, and puts the fast ones back afterwards,
   * also when the callback throws or rejects.
   *
   * @returns what the callback returns.
   * @throws Error when this optimizer or one of its variables was disposed; when it was loaded and does
   *   not know its model yet, see {@link evaluateOnSlowWeights}.
   * @example
   * const result = await optimizer.withSlowWeights(() => model.evaluate(x, y));
   */
  withSlowWeights<T>(callback: () => T): T {
    return this.withEvaluationWeights(callback);
  }

  /**
   * Makes a model evaluate on the slow weights, in `evaluate` and in the validation of `fit`, whose
   * callbacks come too late for that: it validates before `onBatchEnd` of an epoch's last batch.
   *
   * @param model - a model compiled with this optimizer, or with a wrapper around it; compiling it
   *   with another undoes this.
   * @returns a function that undoes it.
   * @throws Error when the model is not compiled, or with another optimizer, or this one was disposed;
   *   when a state that was loaded is that of another model.
   */
  evaluateOnSlowWeights(model: LayersModel): () => void {
    return this.evaluateOnKeptWeights(model);
  }

  protected override countKept(): number {
    return this.slow.length;
  }

  protected override keptWeights(): tf.Tensor[] {
    this.followFrozen();
    return this.slow;
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    this.refuseWhileEvaluating('a training step');
    for (const [i, { variable }] of gradients.entries()) {
      if (i === this.slow.length) {
        this.slow.push(tf.variable(variable, false));
        this.touched.push(nothingOf(variable));
      }
    }
    this.refuseFewer();
    this.noteChanges();
    this.stepInner(gradients, complete);
    this.noteSteps(gradients);
    if ((this.iterations + 1) % this.k === 0) {
      this.sync();
      this.applyMomentumPolicy();
    }
  }

  /** Notes which variables have changed since they were last looked at. */
  private noteChanges(): void {
    this.touched = this.touched.map((touched, i) => withChanges(touched, this.variables[i]));
  }

  /** Notes what a step has changed: of a variable with a gradient of rows, these rows. */
  private noteSteps(gradients: Gradient[]): void {
    for (const [i, { variable, tensor }] of gradients.entries()) {
      const sampled = sparseGradient(tensor);
      if (sampled !== undefined) {
        this.touched[i] = withRows(this.touched[i], variable, sampled.ids);
      }
    }
    this.noteChanges();
  }

  /** Has the slow weights of what is frozen be what it is: a sync would move it once more. */
  private followFrozen(): void {
    for (const [i, variable] of this.variables.entries()) {
      if (!variable.trainable && i < this.slow.length) {
        this.slow[i].assign(variable);
        this.touched[i] = nothingOf(variable);
      }
    }
  }

  private sync(): void {
    this.followFrozen();
    this.noteChanges();
    for (const [i, slow] of this.slow.entries()) {
      const fast = this.variables[i];
      const { all, rows } = this.touched[i];
      if (all) {
        this.syncAll(fast, slow);
      } else if (rows.size > 0) {
        this.syncRows(fast, slow, tf.tensor1d(Int32Array.from(rows), 'int32'));
      }
      this.touched[i] = nothingOf(fast);
    }
  }

  private syncAll(fast: tf.Variable, slow: tf.Variable): void {
    if (this.alpha === 1) {
      slow.assign(fast);
      return;
    }
    if (this.alpha > 0) {
      moveTowards(slow, fast, this.alpha);
    }
    fast.assign(slow);
  }

  private syncRows(fast: tf.Variable, slow: tf.Variable, ids: tf.Tensor1D): void {
    const [from, to] = [rowsOf(slow).gather(ids), rowsOf(fast).gather(ids)];
    const met = interpolate(from, to, this.alpha);
    rowsOf(fast).scatter(ids, met);
    rowsOf(slow).scatter(ids, met);
  }

  private applyMomentumPolicy(): void {
    if (this.momentum === 'reset') {
      this.resetInner();
    } else if (this.momentum === 'pullback') {
      for (const slot of this.slots().filter(({ firstMoment }) => firstMoment)) {
        this.pullBack(slot);
      }
    }
  }

  private pullBack({ name, variables }: Slot): void {
    this.pulledBack[name] ??= [];
    for (const [i, moment] of variables.entries()) {
      this.pulledBack[name][i] ??= tf.variable(tf.zeros(moment.shape), false);
      const last = this.pulledBack[name][i];
      const pulled = interpolate<tf.Tensor>(last, moment.read(), this.alpha);
      moment.assign(pulled);
      // tf.js lets go of a variable's own data before it takes the new.
      if (pulled !== last) last.assign(pulled);
    }
  }

  override ownState(): NamedState {
    const pulledBack = Object.entries(this.pulledBack);
    return Object.assign(
      indexed('slow', this.slow),
      ...pulledBack.map(([slot, variables]) => indexed(`pulledBack.${slot}`, variables)),
    );
  }

  override get stateLists(): readonly string[] {
    return ['slow'];
  }

  override loadOwnState(state: NamedState): void {
    const slots = this.momentum === 'pullback' ? this.slots() : [];
    const [slow, ...pulledBack] = ['slow', ...slots.map(({ name }) => `pulledBack.${name}`)].map(
      (key) => listOf(state, key),
    );
    tf.dispose(this.ownState());
    this.slow = slow.map(ownVariable);
    this.touched = slow.map(everything);
    this.pulledBack = Object.fromEntries(
      slots.map(({ name }, i) => [name, pulledBack[i].map(ownVariable)]),
    );
  }

  protected override shapeOfState(position: number): number[] | undefined {
    return this.slow[position]?.shape ?? super.shapeOfState(position);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { k, alpha, momentum } = this;
    return { inner: this.innerConfig(), k, alpha, momentum };
  }
}

const ownVariable = (tensor: tf.Tensor) => tf.variable(tensor, false);

tf.serialization.registerClass(Lookahead);
