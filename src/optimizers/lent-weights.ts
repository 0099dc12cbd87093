/** Evaluating a model on other weights than its own. */
import * as tf from '@tensorflow/tfjs-core';

/** What variables hold for a while: how these weights are called, and the method that lends them. */
export interface Loan {
  readonly weights: string;
  readonly scope: string;
}

const loans = new WeakMap<tf.Variable, Loan>();

/** What a variable holds just now that is not its own, whichever optimizer has lent it. */
export const loanOf = (variable: tf.Variable): Loan | undefined => loans.get(variable);

/**
 * Gives variables other values for a while.
 *
 * @param values - what they hold meanwhile, by position; variables without one keep their own.
 * @returns a function that gives them their own values back.
 */
export function lend(
  variables: readonly tf.Variable[],
  values: readonly tf.Tensor[],
  loan: Loan,
): () => void {
  const own = values.map((_, i) => ({
    variable: variables[i],
    // Kept, for the values may be given back in another tidy scope than this one.
    value: tf.keep(variables[i].clone()),
    loan: loans.get(variables[i]),
  }));
  for (const [i, value] of values.entries()) {
    variables[i].assign(value);
    loans.set(variables[i], loan);
  }
  return () => {
    for (const { variable, value, loan: before } of own) {
      variable.assign(value);
      value.dispose();
      if (before === undefined) {
        loans.delete(variable);
      } else {
        loans.set(variable, before);
      }
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
