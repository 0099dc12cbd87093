/** Clipping of gradients by value, by norm or by global norm (Pascanu et al. 2013, arXiv 1211.5063). */
import * as tf from '@tensorflow/tfjs-core';
import { mapGradient } from '../embedding/sparse-gradient.js';
import { optionsOf } from './options.js';
import type { NamedState } from './state.js';
import { type Gradient, OptimizerWrapper } from './wrapper.js';

/** Options of {@link GradientClipping}: exactly one limit, a finite number > 0. */
export interface GradientClippingOptions {
  /** The largest magnitude of a component (`tf.clip_by_value`). */
  value?: number;
  /** The largest L2 norm of each variable's gradient (`tf.clip_by_norm`). */
  norm?: number;
  /** The largest L2 norm of all gradients together (`tf.clip_by_global_norm`). */
  globalNorm?: number;
}

const KINDS = ['value', 'norm', 'globalNorm'] as const;

type Kind = (typeof KINDS)[number];

/**
 * Wraps any optimizer so that large gradients are made smaller before its step. With limit c:
 *
 *     value         g ← min(max(g, −c), c), by component
 *     norm          g ← g · c / max(‖g‖₂, c), each variable by itself
 *     globalNorm    the same with one norm over all variables, √Σ‖g‖₂², which keeps the direction
 *
 * These are TensorFlow's definitions, also of a norm that is not finite: a global one makes all
 * gradients NaN, where that of one variable makes its finite components 0.
 * `torch.nn.utils.clip_grad_norm_` divides by ‖g‖ + 10⁻⁶, so its result is smaller by the factor
 * ‖g‖ / (‖g‖ + 10⁻⁶). Gradients within the limit pass bit for bit. A gradient of a table's sampled rows
 * has the norm that the dense one has: rows are distinct.
 *
 * @example
 * const optimizer = new GradientClipping(tf.train.sgd(1), { globalNorm: 5 });
 */
export class GradientClipping extends OptimizerWrapper {
  /**
   * The name under which tf.js saves and loads it.
   *
   * @nocollapse
   */
  static get className(): string {
    return 'GradientClipping';
  }

  /** What is limited. */
  readonly kind: Kind;
  /** c. */
  readonly limit: number;

  /**
   * @param inner - the optimizer that takes the steps.
   * @throws TypeError when `inner` is no optimizer, or when there is not exactly one limit, or another
   *   option.
   * @throws RangeError when the limit is not a finite number > 0.
   */
  constructor(inner: tf.Optimizer, options: GradientClippingOptions) {
    super(inner);
    const limits = optionsOf(this, options, KINDS);
    const given = KINDS.filter((kind) => limits[kind] !== undefined);
    if (given.length !== 1) {
      throw new TypeError(
        `GradientClipping takes exactly one of ${KINDS.join(', ')}, not ${given.join(' and ') || 'none'}.`,
      );
    }
    const [kind] = given;
    const limit = limits[kind]!;
    if (!(Number.isFinite(limit) && limit > 0)) {
      throw new RangeError(`${kind} is a finite number greater than 0, not ${limit}.`);
    }
    this.kind = kind;
    this.limit = limit;
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    const tensors = gradients.map(({ tensor }) => tensor);
    const global =
      this.kind === 'globalNorm' ? globalFactorFor(tensors.filter(isGiven), this.limit) : undefined;
    const clip = (values: tf.Tensor) =>
      this.kind === 'value'
        ? tf.clipByValue(values, -this.limit, this.limit)
        : tf.mul(values, global ?? factorFor(normOf([values]), this.limit));
    const clipped = gradients.map(({ variable, tensor }) => ({
      variable,
      tensor: isGiven(tensor) ? mapGradient(tensor, clip) : null,
    }));
    this.stepInner(clipped, complete);
  }

  override ownState(): NamedState {
    return {};
  }

  override loadOwnState(): void {}

  override getConfig(): tf.serialization.ConfigDict {
    return { inner: this.innerConfig(), [this.kind]: this.limit };
  }
}

const isGiven = (tensor: tf.Tensor | null): tensor is tf.Tensor => tensor !== null;

/** ‖·‖₂ of tensors together. */
function normOf(tensors: tf.Tensor[]): tf.Tensor {
  const squares = tensors.map((tensor) => tf.sum(tf.square(tensor)));
  return tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.addN(squares));
}

/** What a tensor is multiplied by so that its norm is at most the limit; 1 if it is. */
const factorFor = (norm: tf.Tensor, limit: number) => tf.div(limit, tf.maximum(norm, limit));

/** The same for a norm over all variables: NaN unless it is finite. */
function globalFactorFor(tensors: tf.Tensor[], limit: number): tf.Tensor {
  const norm = normOf(tensors);
  return tf.add(factorFor(norm, limit), tf.sub(norm, norm));
}

tf.serialization.registerClass(GradientClipping);
