/**
 * The learning rate of any optimizer, however many wrappers are around it.
 *
 * tf.js has no one way to change it: SGD and Momentum keep a tensor of it and ignore a changed
 * `learningRate` field, the others have nothing but the field.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Schedule } from './schedules.js';

/** A wrapper, told by what all of them have: wrapper.ts imports this file, not the reverse. */
interface Wrapper extends tf.Optimizer {
  readonly inner: tf.Optimizer;
  /** The schedule of a wrapper that sets the rate itself, before each step. */
  readonly schedule?: Schedule;
}

interface HasLearningRate {
  learningRate: number;
  setLearningRate(value: number): void;
}

/**
 * The learning rate of an optimizer's next step.
 *
 * @param optimizer - a tf.js optimizer, a wrapper around one, or any optimizer with a numeric
 *   `learningRate`.
 * @throws TypeError when the optimizer does not show its rate.
 */
export function learningRateOf(optimizer: tf.Optimizer): number {
  if (isWrapper(optimizer)) {
    return optimizer.schedule?.(optimizer.iterations) ?? learningRateOf(optimizer.inner);
  }
  const { learningRate } = optimizer as Partial<HasLearningRate>;
  if (typeof learningRate !== 'number') {
    throw new TypeError(
      `${optimizer.getClassName()} does not show its learning rate: give it a number learningRate.`,
    );
  }
  return learningRate;
}

/**
 * Sets the learning rate of an optimizer from its next step on.
 *
 * @param optimizer - a tf.js optimizer, a wrapper around one, or any optimizer with a method
 *   `setLearningRate(value)` or else a numeric field `learningRate` of its own.
 * @param value - a finite number of at least 0; with 0 most optimizers go on collecting moments.
 * @throws RangeError for any other value.
 * @throws TypeError when there is no way to set the optimizer's rate.
 * @throws Error when the optimizer follows a schedule, which would undo the change.
 */
export function setLearningRate(optimizer: tf.Optimizer, value: number): void {
  if (!isLearningRate(value)) {
    throw new RangeError(`A learning rate is a finite number of at least 0, not ${value}.`);
  }
  requireSettable(optimizer);
  const holder = holderOf(optimizer) as unknown as HasLearningRate;
  if (typeof holder.setLearningRate === 'function') {
    holder.setLearningRate(value);
  } else {
    holder.learningRate = value;
  }
}

/**
 * Throws what {@link setLearningRate} would throw for any value.
 *
 * @throws TypeError when there is no way to set the optimizer's rate.
 * @throws Error when the optimizer follows a schedule.
 */
export function requireSettable(optimizer: tf.Optimizer): void {
  for (let o = optimizer; isWrapper(o); o = o.inner) {
    if (o.schedule !== undefined) {
      throw new Error(
        'This optimizer follows a schedule, which sets the learning rate anew before each step: change the schedule, or leave one of the two out.',
      );
    }
  }
  const holder = holderOf(optimizer);
  const { learningRate, setLearningRate } = holder as Partial<HasLearningRate>;
  const isField = Object.hasOwn(holder, 'learningRate') && typeof learningRate === 'number';
  if (typeof setLearningRate !== 'function' && !isField) {
    throw new TypeError(
      `There is no way to set the learning rate of ${holder.getClassName()}: give it a method setLearningRate(value), or a number learningRate that its steps read.`,
    );
  }
}

/** Whether a value can be a learning rate. */
export const isLearningRate = (value: unknown): value is number =>
  Number.isFinite(value) && (value as number) >= 0;

/** The optimizer that a chain of wrappers ends in, which holds the rate. */
const holderOf = (optimizer: tf.Optimizer): tf.Optimizer =>
  isWrapper(optimizer) ? holderOf(optimizer.inner) : optimizer;

const isWrapper = (optimizer: tf.Optimizer): optimizer is Wrapper =>
  'inner' in optimizer && 'ownState' in optimizer;
