/** Evaluating a model on other weights than its own. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Gives variables other values for a while.
 *
 * @param values - what they hold meanwhile, by position; variables without one keep their own.
 * @returns a function that gives them their own values back.
 */
export function lend(variables: readonly tf.Variable[], values: readonly tf.Tensor[]): () => void {
  // Kept, for the values may be given back in another tidy scope than this one.
  const own = values.map((_, i) => tf.keep(variables[i].clone()));
  for (const [i, value] of values.entries()) {
    variables[i].assign(value);
  }
  return () => {
    for (const [i, tensor] of own.entries()) {
      variables[i].assign(tensor);
      tensor.dispose();
    }
  };
}

/** Calls `done` when a callback has ended, also when it throws, or its promise has been settled. */
export function whenEnded<T>(callback: () => T, done: () => void): T {
  let pending = false;
  try {
    const result = callback();
    if (typeof (result as { then?: unknown } | null)?.then === 'function') {
      pending = true;
      return Promise.resolve(result).finally(done) as T;
    }
    return result;
  } finally {
    if (!pending) {
      done();
    }
  }
}

/** What `fit` and `evaluate` of a tf.LayersModel run their evaluation through. */
const EVALUATIONS = ['testLoop', 'evaluateDataset'] as const;

type Evaluations = Record<(typeof EVALUATIONS)[number], (...args: unknown[]) => unknown>;

/**
 * Runs a compiled model's evaluation through `around`, `fit`'s validation included.
 *
 * @returns a function that undoes it.
 * @throws Error when the model is not compiled: compiling a tf.Sequential replaces what is wrapped.
 */
export function wrapEvaluation(
  model: { name: string; optimizer?: unknown; model?: object },
  around: (evaluate: () => unknown) => unknown,
): () => void {
  if (!model.optimizer) {
    throw new Error(`Model "${model.name}" is not compiled: call its compile() first.`);
  }
  // A tf.Sequential hands `fit` and `evaluate` on to a model that it holds.
  const target = (model.model ?? model) as Evaluations;
  const before = EVALUATIONS.map((name) => Object.getOwnPropertyDescriptor(target, name));
  for (const name of EVALUATIONS) {
    const evaluate = target[name];
    target[name] = (...args) => around(() => evaluate.apply(target, args));
  }
  return () => {
    for (const [i, name] of EVALUATIONS.entries()) {
      // The methods are the prototype's: without one of the model's own, they show through again.
      delete (target as Partial<Evaluations>)[name];
      if (before[i] !== undefined) {
        Object.defineProperty(target, name, before[i]);
      }
    }
  };
}
