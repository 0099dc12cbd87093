/** Running something around the evaluations of a model, those within `fit` included. */

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
