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

/** What `fit` and `evaluate` of a tf.LayersModel run their evaluation through. */
const EVALUATIONS = ['testLoop', 'evaluateDataset'] as const;

type Evaluations = Record<(typeof EVALUATIONS)[number], (...args: unknown[]) => unknown>;
type Around = (evaluate: () => unknown) => unknown;

/** What evaluations of a model run through, the latest outermost. */
const wrapped = new WeakMap<object, Set<Around>>();

/**
 * Runs a compiled model's evaluation through `around`, `fit`'s validation included, as long as the
 * model is compiled with the optimizer that it has now; compiling it again with that changes nothing.
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
  const own: Around = (evaluate) => (model.optimizer === optimizer ? around(evaluate) : evaluate());
  const arounds = wrapped.get(model) ?? wrapModel(model);
  arounds.add(own);
  return () => {
    // Not in a second call, by which others may have wrapped the model again.
    if (arounds.delete(own) && arounds.size === 0) {
      wrapped.delete(model);
      unwrapModel(model);
    }
  };
}

/** Has a model run its evaluation through a set of functions. */
function wrapModel(model: { model?: object }): Set<Around> {
  const arounds = new Set<Around>();
  wrapped.set(model, arounds);
  if (!isSequential(model)) {
    wrapMethods(model as Evaluations, arounds);
    return arounds;
  }
  let held = model.model;
  wrapMethods(held, arounds);
  Object.defineProperty(model, 'model', {
    ...{ configurable: true, enumerable: true },
    get: () => held,
    set(next: Evaluations) {
      unwrapMethods(held);
      held = next;
      wrapMethods(held, arounds);
    },
  });
  return arounds;
}

function unwrapModel(model: object): void {
  if (isSequential(model)) {
    const { model: held } = model;
    unwrapMethods(held);
    Object.defineProperty(model, 'model', { value: held, writable: true });
  } else {
    unwrapMethods(model as Evaluations);
  }
}

/** A tf.Sequential hands `fit` and `evaluate` on to a model that it holds; compile() makes a new one. */
const isSequential = (model: object): model is { model: Evaluations } => 'model' in model;

function wrapMethods(target: Evaluations, arounds: Set<Around>): void {
  for (const name of EVALUATIONS) {
    const evaluate = target[name];
    target[name] = (...args) =>
      [...arounds].reduce<() => unknown>(
        (inner, around) => () => around(inner),
        () => evaluate.apply(target, args),
      )();
  }
}

/** The methods are the prototype's: without one of the model's own, they show through again. */
function unwrapMethods(target: Evaluations): void {
  for (const name of EVALUATIONS) {
    delete (target as Partial<Evaluations>)[name];
  }
}
