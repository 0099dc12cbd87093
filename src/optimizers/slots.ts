/**
 * The one place that knows where tf.js's optimizers keep their state.
 *
 * Their slots are private fields, held by position in the list of variables given to
 * `applyGradients`; `getWeights()` is asynchronous, incomplete for Adam (the running products of β
 * are rebuilt with `pow`, which changes bits) and missing for Adamax.
 */
import * as tf from '@tensorflow/tfjs-core';

/** The state that an optimizer keeps for one variable in one of its slots. */
export interface SlotVariable {
  /** That of the model's variable. */
  readonly shape: number[];
  /** An up-to-date copy, the caller's to dispose; reading changes nothing. */
  read(): tf.Tensor;
  /** Replaces the state by a tensor of the same shape. */
  assign(value: tf.Tensor): void;
}

/** One kind of per-variable state of an optimizer, e.g. Adam's first moments. */
export interface Slot {
  /** The field's name, e.g. `accumulatedFirstMoment`. */
  readonly name: string;
  /** Whether this is a first moment (a momentum), the part that Lookahead's `pullback` acts on. */
  readonly firstMoment: boolean;
  /** What every element is before the first step. */
  readonly initialValue: number;
  /** The state, one for each of the model's variables, by position; there may be fewer. */
  readonly variables: readonly SlotVariable[];
}

/** A slot whose state is held in plain variables. */
export interface PlainSlot extends Omit<Slot, 'variables'> {
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
  /** Plain variables are the live state. */
  slots(): (Slot | PlainSlot)[];
}

interface SlotField {
  field: string;
  firstMoment?: true;
  /** The configuration's field that gives the initial value; 0 without one. */
  initial?: string;
  /** The configuration's field without which there is no such slot. */
  onlyIf?: string;
  /**
   * The field, a number or a tensor, of the factor by which a step with gradient zero shrinks it; 1
   * without one.
   */
  decay?: string;
}

interface Layout {
  slots: SlotField[];
  clocks: { field: string; initial?: string }[];
}

const ADAM: Layout = {
  slots: [
    { field: 'accumulatedFirstMoment', firstMoment: true, decay: 'beta1' },
    { field: 'accumulatedSecondMoment', decay: 'beta2' },
  ],
  clocks: [
    { field: 'accBeta1', initial: 'beta1' },
    { field: 'accBeta2', initial: 'beta2' },
  ],
};

/** By `getClassName()`: `instanceof` is duck-typed for optimizers and true for any of them. */
const LAYOUTS: Record<string, Layout> = {
  SGD: { slots: [], clocks: [] },
  Momentum: {
    // The step multiplies by the tensor m, which setMomentum() does not change.
    slots: [{ field: 'accumulations', firstMoment: true, decay: 'm' }],
    clocks: [],
  },
  RMSProp: {
    slots: [
      { field: 'accumulatedMeanSquares', decay: 'decay' },
      { field: 'accumulatedMoments', firstMoment: true, decay: 'momentum' },
      { field: 'accumulatedMeanGrads', onlyIf: 'centered', decay: 'decay' },
    ],
    clocks: [],
  },
  Adagrad: {
    slots: [{ field: 'accumulatedGrads', initial: 'initialAccumulatorValue' }],
    clocks: [],
  },
  Adadelta: {
    slots: [
      { field: 'accumulatedGrads', decay: 'rho' },
      { field: 'accumulatedUpdates', decay: 'rho' },
    ],
    clocks: [],
  },
  Adam: ADAM,
  KerasAdam: ADAM,
  Adamax: {
    slots: [
      { field: 'accumulatedFirstMoment', firstMoment: true, decay: 'beta1' },
      { field: 'accumulatedWeightedInfNorm', decay: 'beta2' },
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
  const slots =
    'slots' in optimizer && typeof optimizer.slots === 'function'
      ? (optimizer as unknown as HasSlots).slots()
      : plainSlotsOf(optimizer);
  return (
    slots?.map((slot) => ({
      ...slot,
      variables: slot.variables.map((variable) => ('read' in variable ? variable : live(variable))),
    })) ?? null
  );
}

const live = (variable: tf.Variable): SlotVariable => ({
  shape: variable.shape,
  read: () => variable.clone(),
  assign: (value) => variable.assign(value),
});

/** The slots of one of tf.js's own optimizers, live; null for another. */
export function plainSlotsOf(optimizer: tf.Optimizer): PlainSlot[] | null {
  const entries = (field: string) => fieldsOf(optimizer)[field] as SlotEntry[];
  return (
    slotLayoutsOf(optimizer)?.map((slot) => ({
      ...slot,
      variables: entries(slot.name).map((entry) => entry.variable),
    })) ?? null
  );
}

/** What a slot of one of tf.js's own optimizers is like, whether or not it has any state yet. */
export interface SlotLayout extends Omit<Slot, 'variables'> {
  /** The factor by which a step with gradient zero shrinks the state; 1 for none. */
  decay(): number;
}

/** What the slots of one of tf.js's own optimizers are like; null for another. */
export function slotLayoutsOf(optimizer: tf.Optimizer): SlotLayout[] | null {
  const fields = fieldsOf(optimizer);
  return (
    layoutOf(optimizer)
      ?.slots.filter(({ onlyIf }) => onlyIf === undefined || fields[onlyIf])
      .map(({ field, firstMoment, initial, decay }) => ({
        name: field,
        firstMoment: firstMoment === true,
        initialValue: initialValue(optimizer, initial),
        decay: () => (decay === undefined ? 1 : numberIn(fields[decay] as number | tf.Tensor)),
      })) ?? null
  );
}

const numberIn = (field: number | tf.Tensor) =>
  typeof field === 'number' ? field : field.dataSync()[0];

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
