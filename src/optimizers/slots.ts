/**
 * The one place that knows where tf.js's optimizers keep their state.
 *
 * Their slots are private fields, held by position in the list of variables given to
 * `applyGradients`; `getWeights()` is asynchronous, incomplete for Adam (the running products of β
 * are rebuilt with `pow`, which changes bits) and missing for Adamax.
 */
import * as tf from '@tensorflow/tfjs-core';

/** One kind of per-variable state of an optimizer, e.g. Adam's first moments. */
export interface Slot {
  /** The field's name, e.g. `accumulatedFirstMoment`. */
  readonly name: string;
  /** Whether this is a first moment (a momentum), the part that Lookahead's `pullback` acts on. */
  readonly firstMoment: boolean;
  /** What every element is before the first step. */
  readonly initialValue: number;
  /** The state, one variable of the model's variable's shape each, by position; it may be shorter. */
  readonly variables: readonly tf.Variable[];
}

/** A scalar that counts or decays with the steps, e.g. Adam's running product of β₁. */
export interface Clock {
  readonly name: string;
  readonly initialValue: number;
  readonly variable: tf.Variable;
}

/** An optimizer that shows its slots, as every wrapper of this library does. */
export interface HasSlots {
  /** Live slots, not copies. */
  slots(): Slot[];
}

interface SlotField {
  field: string;
  firstMoment?: true;
  /** The configuration's field that gives the initial value; 0 without one. */
  initial?: string;
  /** The configuration's field without which there is no such slot. */
  onlyIf?: string;
}

interface Layout {
  slots: SlotField[];
  clocks: { field: string; initial?: string }[];
}

/** By `getClassName()`: `instanceof` is duck-typed for optimizers and true for any of them. */
const LAYOUTS: Record<string, Layout> = {
  SGD: { slots: [], clocks: [] },
  Momentum: { slots: [{ field: 'accumulations', firstMoment: true }], clocks: [] },
  RMSProp: {
    slots: [
      { field: 'accumulatedMeanSquares' },
      { field: 'accumulatedMoments', firstMoment: true },
      { field: 'accumulatedMeanGrads', onlyIf: 'centered' },
    ],
    clocks: [],
  },
  Adagrad: {
    slots: [{ field: 'accumulatedGrads', initial: 'initialAccumulatorValue' }],
    clocks: [],
  },
  Adadelta: {
    slots: [{ field: 'accumulatedGrads' }, { field: 'accumulatedUpdates' }],
    clocks: [],
  },
  Adam: {
    slots: [
      { field: 'accumulatedFirstMoment', firstMoment: true },
      { field: 'accumulatedSecondMoment' },
    ],
    clocks: [
      { field: 'accBeta1', initial: 'beta1' },
      { field: 'accBeta2', initial: 'beta2' },
    ],
  },
  Adamax: {
    slots: [
      { field: 'accumulatedFirstMoment', firstMoment: true },
      { field: 'accumulatedWeightedInfNorm' },
    ],
    clocks: [{ field: 'accBeta1', initial: 'beta1' }, { field: 'iteration' }],
  },
};

interface SlotEntry {
  originalName: string;
  variable: tf.Variable;
}

/** The private side of a tf.js optimizer. */
type Fields = Record<string, unknown> & { iterations_: number };

const fieldsOf = (optimizer: tf.Optimizer) => optimizer as unknown as Fields;
const layoutOf = (optimizer: tf.Optimizer) =>
  LAYOUTS[optimizer.getClassName()] as Layout | undefined;
const initialValue = (optimizer: tf.Optimizer, field?: string) =>
  field === undefined ? 0 : (fieldsOf(optimizer)[field] as number);

/** The optimizer's slots, or null when nothing is known about them. */
export function slotsOf(optimizer: tf.Optimizer): Slot[] | null {
  if ('slots' in optimizer && typeof optimizer.slots === 'function') {
    return (optimizer as unknown as HasSlots).slots();
  }
  const layout = layoutOf(optimizer);
  if (layout === undefined) {
    return null;
  }
  const fields = fieldsOf(optimizer);
  return layout.slots
    .filter(({ onlyIf }) => onlyIf === undefined || fields[onlyIf])
    .map(({ field, firstMoment, initial }) => ({
      name: field,
      firstMoment: firstMoment === true,
      initialValue: initialValue(optimizer, initial),
      variables: (fields[field] as SlotEntry[]).map((entry) => entry.variable),
    }));
}

/** The scalars that count with the steps; none for an optimizer that is not tf.js's own. */
export function clocksOf(optimizer: tf.Optimizer): Clock[] {
  return (layoutOf(optimizer)?.clocks ?? []).map(({ field, initial }) => ({
    name: field,
    initialValue: initialValue(optimizer, initial),
    variable: fieldsOf(optimizer)[field] as tf.Variable,
  }));
}

/** Whether the whole state of this optimizer is known, so that it can be saved bit for bit. */
export function isKnown(optimizer: tf.Optimizer): boolean {
  return layoutOf(optimizer) !== undefined;
}

/** Replaces the slot `name` of a known optimizer by copies of the tensors, by position. */
export function loadSlot(optimizer: tf.Optimizer, name: string, tensors: tf.Tensor[]): void {
  const fields = fieldsOf(optimizer);
  for (const entry of fields[name] as SlotEntry[]) {
    entry.variable.dispose();
  }
  fields[name] = tensors.map((tensor, position) => ({
    originalName: `${name}/${position}`,
    variable: tf.variable(tensor, false),
  }));
}

/** Sets an optimizer's count of steps, which tf.js only lets it read. */
export function setIterations(optimizer: tf.Optimizer, iterations: number): void {
  fieldsOf(optimizer).iterations_ = iterations;
}

/** Makes an optimizer's whole state as new: slots, clocks and the count of steps. */
export function resetState(optimizer: tf.Optimizer): void {
  tf.tidy(() => {
    for (const slot of slotsOf(optimizer) ?? []) {
      for (const variable of slot.variables) {
        variable.assign(tf.fill(variable.shape, slot.initialValue));
      }
    }
    for (const clock of clocksOf(optimizer)) {
      clock.variable.assign(tf.scalar(clock.initialValue));
    }
  });
  setIterations(optimizer, 0);
}

/** Disposes an optimizer with all that it holds. */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  optimizer.dispose();
  if (optimizer.getClassName() === 'Momentum') {
    // Momentum extends SGD, whose learning-rate tensor its own dispose() forgets.
    (fieldsOf(optimizer).c as tf.Tensor).dispose();
  }
}
