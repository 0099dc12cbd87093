/** Evaluating a model on Lookahead's slow weights. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs a callback while the variables hold other values, and puts their own back afterwards, also
 * when the callback throws or rejects.
 *
 * @param variables - the model's variables.
 * @param values - what they hold meanwhile, by position; variables without one keep their own.
 * @param done - called when the variables have their own values again.
 */
export function runOnSlowWeights<T>(
  variables: readonly tf.Variable[],
  values: readonly tf.Tensor[],
  callback: () => T,
  done: () => void,
): T {
  // Kept, for the callback may run in a tidy scope other than this one.
  const own = values.map((_, i) => tf.keep(variables[i].clone()));
  const restore = () => {
    for (const [i, tensor] of own.entries()) {
      variables[i].assign(tensor);
      tensor.dispose();
    }
    done();
  };
  for (const [i, value] of values.entries()) {
    variables[i].assign(value);
  }
  let pending = false;
  try {
    const result = callback();
    if (result instanceof Promise) {
      pending = true;
      return result.finally(restore) as T;
    }
    return result;
  } finally {
    if (!pending) {
      restore();
    }
  }
}

/** What `fit` and `evaluate` of a tf.LayersModel run their evaluation through. */
const EVALUATIONS = ['testLoop', 'evaluateDataset'] as const;

type Evaluations = Record<(typeof EVALUATIONS)[number], (...args: unknown[]) => unknown>;

/**
 * Runs a model's evaluation through `around`, `fit`'s validation included.
 *
 * @returns a function that undoes it.
 */
export function wrapEvaluation(
  model: object,
  around: (evaluate: () => unknown) => unknown,
): () => void {
  // A tf.Sequential hands `fit` and `evaluate` on to a model that it holds.
  const target = ((model as { model?: object }).model ?? model) as Evaluations;
  for (const name of EVALUATIONS) {
    const evaluate = target[name];
    if (typeof evaluate !== 'function') {
      throw new TypeError(
        `evaluateOnSlowWeights takes a tf.LayersModel, and this ${model.constructor.name} has no ${name}.`,
      );
    }
    target[name] = (...args) => around(() => evaluate.apply(target, args));
  }
  return () => {
    for (const name of EVALUATIONS) {
      // The methods are the prototype's: without the model's own, they show through again.
      delete (target as Partial<Evaluations>)[name];
    }
  };
}
