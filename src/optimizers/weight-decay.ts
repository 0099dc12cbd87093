/** Weight decay, coupled and decoupled (Loshchilov & Hutter 2019, arXiv 1711.05101). */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../embedding/rows.js';
import { mapGradient, nonZeroRows, sparseGradient } from '../embedding/sparse-gradient.js';
import { refuseInside } from './composition.js';
import { innerFromConfig } from './inner-config.js';
import { LazyOptimizer } from './lazy.js';
import { learningRateOf } from './learning-rate.js';
import { optionsOf } from './options.js';
import type { NamedState } from './state.js';
import { chainOf, type Gradient, OptimizerWrapper } from './wrapper.js';

/**
 * Which variables decay: `all`, `matrices` (those of two or more dimensions, so that biases and the
 * scales and offsets of normalization do not decay), or a function that says so.
 */
export type DecayFilter = 'all' | 'matrices' | ((variable: tf.Variable) => boolean);

/** Options of {@link WeightDecay}. */
export interface WeightDecayOptions {
  /** λ, a finite number ≥ 0. Default 0.01. */
  decay?: number;
  /**
   * Default true: the weights shrink by themselves, θ ← θ − lr·λ·θ. With false the decay goes through
   * the optimizer, g ← g + λ·θ, which is the gradient of an L2 penalty of λ/2·‖θ‖².
   */
  decoupled?: boolean;
  /** Which variables decay. Default `all`. */
  filter?: DecayFilter;
}

/**
 * Wraps any optimizer with weight decay, as PyTorch defines it:
 *
 *     decoupled    θ ← θ − lr·λ·θ, then θ ← inner(θ, g)      (AdamW, SGDW; lr as it is in this step)
 *     coupled      θ ← inner(θ, g + λ·θ)                     (torch.optim.SGD's weight_decay)
 *
 * A variable without a gradient in a step does not decay in it. Of an embedding table that is updated
 * lazily, the sampled rows do.
 *
 * A filter that is a function cannot be saved with a model: after loading, set {@link filter} again
 * before training on, or the first step throws.
 *
 * @example
 * const adamW = new WeightDecay(tf.train.adam(1e-3), { decay: 0.01, filter: 'matrices' });
 */
export class WeightDecay extends OptimizerWrapper {
  /**
   * The name under which tf.js saves and loads it.
   *
   * @nocollapse
   */
  static get className(): string {
    return 'WeightDecay';
  }

  /** λ. */
  readonly decay: number;
  /** Whether the weights shrink by themselves, apart from the gradient. */
  readonly decoupled: boolean;
  /** Which variables decay. */
  filter: DecayFilter;

  private readonly lazy?: LazyOptimizer;

  /**
   * @param inner - the optimizer that takes the steps.
   * @throws RangeError when decay or filter is none of its values.
   * @throws TypeError when `inner` is no optimizer, or averages weights that this would still move;
   *   when there is no such option.
   */
  constructor(inner: tf.Optimizer, options: WeightDecayOptions = {}) {
    super(inner);
    const given = optionsOf(this, options, ['decay', 'decoupled', 'filter']);
    const { decay = 0.01, decoupled = true, filter = 'all' } = given;
    if (!(Number.isFinite(decay) && decay >= 0)) {
      throw new RangeError(`decay is a finite number of at least 0, not ${decay}.`);
    }
    if (typeof decoupled !== 'boolean') {
      throw new TypeError(`decoupled is true or false, not ${decoupled}.`);
    }
    if (filter !== 'all' && filter !== 'matrices' && typeof filter !== 'function') {
      throw new RangeError(`filter is all, matrices or a function of a variable, not "${filter}".`);
    }
    if (decoupled) {
      refuseInside('decoupled WeightDecay', inner);
    }
    this.decay = decay;
    this.decoupled = decoupled;
    this.filter = filter;
    this.lazy = chainOf(inner).find((optimizer) => optimizer instanceof LazyOptimizer);
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    const decays = ({ variable, tensor }: Gradient) => tensor !== null && this.includes(variable);
    if (this.decoupled) {
      const kept = 1 - learningRateOf(this.inner) * this.decay;
      for (const gradient of gradients.filter(decays)) {
        this.shrink(gradient, kept);
      }
      this.stepInner(gradients, complete);
    } else {
      const penalized = gradients.map((gradient) =>
        decays(gradient) ? this.addPenalty(gradient) : gradient,
      );
      this.stepInner(penalized, complete);
    }
  }

  private includes(variable: tf.Variable): boolean {
    return typeof this.filter === 'function'
      ? this.filter(variable)
      : this.filter === 'all' || variable.rank >= 2;
  }

  /** θ ← kept · θ. */
  private shrink({ variable, tensor }: Gradient, kept: number): void {
    const sparse = sparseGradient(tensor);
    if (sparse !== undefined) {
      const ids = tf.tensor1d(sparse.ids, 'int32');
      const rows = rowsOf(variable);
      // Counted, it would have a Lookahead within this sync the whole table.
      rows.scatter(ids, tf.mul(rows.gather(ids), kept), false);
    } else {
      variable.assign(this.inSampledRows(variable, tensor!, tf.mul(variable, kept), variable));
    }
  }

  /** g + λ · θ. */
  private addPenalty({ variable, tensor }: Gradient): Gradient {
    const penalized = mapGradient(tensor!, (values, sparse) => {
      const weights =
        sparse === undefined ? variable : rowsOf(variable).gather(tf.tensor1d(sparse.ids, 'int32'));
      const sum = tf.add(values, tf.mul(weights, this.decay));
      return sparse === undefined ? this.inSampledRows(variable, values, sum, values) : sum;
    });
    return { variable, tensor: penalized };
  }

  /** A value for a variable; with a dense gradient of a lazy table, for the rows that it moves. */
  private inSampledRows(
    variable: tf.Variable,
    gradient: tf.Tensor,
    value: tf.Tensor,
    otherwise: tf.Tensor,
  ): tf.Tensor {
    return this.lazy?.hasTable(variable)
      ? tf.where(nonZeroRows(gradient), value, otherwise)
      : value;
  }

  override ownState(): NamedState {
    return {};
  }

  override loadOwnState(): void {}

  /** A filter that is a function is noted down as `function`, without what it does. */
  override getConfig(): tf.serialization.ConfigDict {
    const { decay, decoupled } = this;
    const filter = typeof this.filter === 'function' ? 'function' : this.filter;
    return { inner: this.innerConfig(), decay, decoupled, filter };
  }

  /**
   * Makes one of a saved configuration.
   *
   * @nocollapse
   */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const { inner, decay, decoupled, filter } = config;
    return new (cls as unknown as typeof WeightDecay)(
      innerFromConfig(inner as tf.serialization.ConfigDict),
      {
        decay,
        decoupled,
        filter: filter === 'function' ? filterNotSaved : filter,
      } as WeightDecayOptions,
    ) as unknown as T;
  }
}

/** Stands for a function that could not be saved: to decay other variables in silence is worse. */
function filterNotSaved(): never {
  throw new Error(
    'This WeightDecay was loaded, and its filter is a function, which cannot be saved: set optimizer.filter before training on.',
  );
}

tf.serialization.registerClass(WeightDecay);
