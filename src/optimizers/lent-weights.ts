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
type Around = (evaluate: () => unknown) => unknown;

/** What evaluations of a model run through, the latest outermost. */
const wrapped = new WeakMap<object, Set<Around>>();

/**
 * Runs a compiled model's evaluation through `around`, `fit`'s validation included, as long as the
 * model is compiled with the optimizer that it has now.
 *
 * @returns a function that undoes it.
 * @throws Error when the model is not compiled.
 */
export function wrapEvaluation(
  model: { name: string; optimizer?: unknown; model?: object },
  around: Around,
): () => void {
  const { optimizer } = model;
  if (!optimizer) {
    throw new Error(`Model "${model.name}" is not compiled: call its compile() first.`);
  }
  // A tf.Sequential hands `fit` and `evaluate` on to a model that it holds.
  const target = (model.model ?? model) as Evaluations;
  const own: Around = (evaluate) => (model.optimizer === optimizer ? around(evaluate) : evaluate());
  const arounds = wrapped.get(target) ?? wrapMethods(target);
  arounds.add(own);
  return () => {
    arounds.delete(own);
    if (arounds.size === 0 && wrapped.delete(target)) {
      // The methods are the prototype's: without one of the model's own, they show through again.
      for (const name of EVALUATIONS) {
        delete (target as Partial<Evaluations>)[name];
      }
    }
  };
}

/** Gives a model methods of its own that run its evaluation through a set of functions. */
function wrapMethods(target: Evaluations): Set<Around> {
  const arounds = new Set<Around>();
  wrapped.set(target, arounds);
  for (const name of EVALUATIONS) {
    const evaluate = target[name];
    target[name] = (...args) =>
      [...arounds].reduce<() => unknown>(
        (inner, around) => () => around(inner),
        () => evaluate.apply(target, args),
      )();
  }
  return arounds;
}
