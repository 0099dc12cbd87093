/**
 * The steps of tf.js's own optimizers, taken on some rows of a table.
 *
 * Each is the formula of the optimizer's `applyGradients` in tf.js 4.22, operation by operation, so
 * that a row that is sampled at every step gets the bits that the optimizer itself would give it;
 * but for Adam on tfjs-node, where one fused op takes a third of the time and rounds otherwise.
 */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend } from '../runtime/native-ops.js';
import { type AdamFields, agreesWithTfjs, nativeAdam } from './native-adam.js';

/** What a rule gets: tensors of shape [rows, width]. */
export interface RowStep {
  readonly gradient: tf.Tensor;
  /** The weights before this step. */
  weights(): tf.Tensor;
  /** A slot as it is before this step. */
  before(slot: number): tf.Tensor;
  /** A slot times its decay: what a step with gradient zero would leave. */
  decayed(slot: number): tf.Tensor;
}

/** The new weights, or what to add to them, and the new slots, in the slots' order. */
export type SteppedRows = { slots: tf.Tensor[] } & ({ weights: tf.Tensor } | { change: tf.Tensor });

/** The private fields of tf.js's optimizers that the formulas use. */
interface Fields extends AdamFields {
  /** −learningRate, of SGD and Momentum. */
  c: tf.Scalar;
  /** The momentum of Momentum. */
  m: tf.Scalar;
  useNesterov: boolean;
  decay: number;
  rho: number;
  iteration: tf.Variable;
}

type RowRule = (optimizer: Fields, rows: RowStep) => SteppedRows;

const { abs, add, div, maximum, mul, neg, sqrt, square, sub } = tf;

/** Its ε may be another in each step, as that of `KerasAdam` is. */
const adamRule: RowRule = (adam, { gradient, weights, before, decayed }) => {
  const native = nativeBackend();
  if (native !== null && agreesWithTfjs(adam)) {
    const state = { weights: weights(), first: before(0), second: before(1) };
    const stepped = nativeAdam(native, adam, state, gradient);
    return { weights: stepped.weights, slots: [stepped.first, stepped.second] };
  }
  const { learningRate, beta1, beta2, accBeta1, accBeta2, epsilon } = adam;
  const first = add(decayed(0), mul(gradient, 1 - beta1));
  const second = add(decayed(1), mul(square(gradient), 1 - beta2));
  const correctedFirst = div(first, sub(1, accBeta1));
  const correctedSecond = div(second, sub(1, accBeta2));
  const direction = div(correctedFirst, add(sqrt(correctedSecond), epsilon));
  return { change: mul(direction, -learningRate), slots: [first, second] };
};

/** By `getClassName()`. */
const RULES: Record<string, RowRule> = {
  SGD: ({ c }, { gradient }) => ({ change: mul(c, gradient), slots: [] }),

  Momentum: ({ c, m, useNesterov }, { gradient, decayed }) => {
    const accumulation = add(decayed(0), gradient);
    const direction = useNesterov ? add(gradient, mul(accumulation, m)) : accumulation;
    return { change: mul(c, direction), slots: [accumulation] };
  },

  RMSProp: ({ learningRate, decay, epsilon }, { gradient, decayed }) => {
    const meanSquare = add(decayed(0), mul(square(gradient), 1 - decay));
    const scaled = div(mul(gradient, learningRate), sqrt(add(meanSquare, epsilon)));
    const moment = add(decayed(1), scaled);
    return { change: neg(moment), slots: [meanSquare, moment] };
  },

  Adagrad: ({ learningRate }, { gradient, before }) => {
    const sum = add(before(0), square(gradient));
    const direction = div(gradient, sqrt(add(sum, tf.backend().epsilon())));
    return { change: mul(direction, -learningRate), slots: [sum] };
  },

  Adadelta: ({ learningRate, rho, epsilon }, { gradient, before, decayed }) => {
    const meanSquare = add(decayed(0), mul(square(gradient), 1 - rho));
    const scale = div(sqrt(add(before(1), epsilon)), sqrt(add(before(0), epsilon)));
    const update = mul(scale, gradient);
    const meanSquareUpdate = add(decayed(1), mul(square(update), 1 - rho));
    return { change: mul(update, -learningRate), slots: [meanSquare, meanSquareUpdate] };
  },

  Adam: adamRule,
  KerasAdam: adamRule,

  Adamax: (adamax, { gradient, decayed }) => {
    const { learningRate, beta1, accBeta1, iteration, decay, epsilon } = adamax;
    const first = add(decayed(0), mul(gradient, 1 - beta1));
    const norm = maximum(decayed(1), abs(gradient));
    const rate = div(-learningRate, add(mul(iteration, decay), 1));
    const direction = div(first, add(norm, epsilon));
    return { change: mul(div(rate, sub(1, accBeta1)), direction), slots: [first, norm] };
  },
};

/** Takes an optimizer's step on rows; its clock is only read. */
export function stepRows(optimizer: tf.Optimizer, rows: RowStep): SteppedRows {
  return RULES[optimizer.getClassName()](optimizer as unknown as Fields, rows);
}

/** Whether an optimizer's step can be taken on rows: not that of a subclass, which may differ. */
export function hasRowRule(optimizer: tf.Optimizer): boolean {
  return (
    Object.hasOwn(RULES, optimizer.getClassName()) &&
    Object.hasOwn(optimizer.constructor, 'className')
  );
}
