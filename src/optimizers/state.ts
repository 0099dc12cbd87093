/**
 * Saving and loading the complete state of a chain of wrappers, in the form that tf.js's
 * `model.save` and `tf.loadLayersModel` pass around: a flat list of named tensors.
 *
 * A name is the path of class names down the chain and what the tensor is, e.g.
 * `Lookahead.LazyOptimizer.Adam/accumulatedFirstMoment:3`. Positions, not variable names, tell
 * variables apart, since a variable can get another name when its model is loaded.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  clocksOf,
  isKnown,
  loadSlot,
  plainSlotsOf,
  setIterations,
  slotLayoutsOf,
} from './slots.js';

/** A tensor as `getWeights` gives it and `setWeights` takes it; tf.js does not export the type. */
export interface NamedTensor {
  name: string;
  tensor: tf.Tensor;
}

/** Tensors by a name that is unique within one optimizer. */
export type NamedState = Record<string, tf.Tensor>;

/** An optimizer that says what its own state is, as every wrapper does. */
interface HasOwnState {
  /** Live tensors, not copies. */
  ownState(): NamedState;
  /** Puts back what `ownState` gave; the tensors are the caller's and must be copied. */
  loadOwnState(state: NamedState): void;
  /** The lists in its state that have a tensor for each variable, from the first step on. */
  readonly stateLists: readonly string[];
}

/** Counts of steps as tensors that are reused, for nobody disposes what `getWeights` gives. */
const stepCounters = new WeakMap<tf.Optimizer, tf.Variable>();

/**
 * The state of every optimizer of a chain: live tensors that must not be disposed.
 *
 * @param chain - optimizers, outermost first.
 */
export async function saveChain(chain: tf.Optimizer[]): Promise<NamedTensor[]> {
  const saved: NamedTensor[] = [];
  for (const [depth, optimizer] of chain.entries()) {
    const state = { steps: stepCounter(optimizer), ...(await stateOf(optimizer)) };
    for (const [key, tensor] of Object.entries(state)) {
      saved.push({ name: `${pathOf(chain.slice(0, depth + 1))}/${key}`, tensor });
    }
  }
  return saved;
}

/**
 * Restores what {@link saveChain} gave, or leaves all as it was.
 *
 * @throws Error when the state is of another composition of optimizers, or not complete.
 */
export async function loadChain(chain: tf.Optimizer[], weights: NamedTensor[]): Promise<void> {
  const levels = levelsOf(weights);
  const saved = [...levels.keys()].at(-1);
  if (saved !== pathOf(chain)) {
    throw new Error(
      `The saved optimizer state is that of ${saved ?? 'nothing'}, but this optimizer is ${pathOf(chain)}: compile the model with the same composition before loading the state.`,
    );
  }
  for (const [depth, optimizer] of chain.entries()) {
    const path = pathOf(chain.slice(0, depth + 1));
    for (const key of ['steps', ...clocksOf(optimizer).map(({ name }) => name)]) {
      if (levels.get(path)?.[key] === undefined) {
        throw incomplete(`lacks ${path}/${key}`);
      }
    }
  }
  await requireLists(chain, levels);
  // The tensors may be this very optimizer's own, which loading disposes.
  const [given, before] = [weights, await saveChain(chain)].map(clonesOf);
  try {
    await loadLevels(chain, given);
  } catch (error) {
    // The innermost may be loaded when an outer one refuses its part.
    await loadLevels(chain, before);
    throw error;
  } finally {
    tf.dispose([...given, ...before].map(({ tensor }) => tensor));
  }
}

/** @throws Error when a list has a gap, or lists are not of the same number of variables. */
async function requireLists(chain: tf.Optimizer[], levels: Map<string, NamedState>): Promise<void> {
  const lists: { name: string; length: number }[] = [];
  for (const [depth, optimizer] of chain.entries()) {
    const path = pathOf(chain.slice(0, depth + 1));
    const state = levels.get(path)!;
    const [steps] = await state.steps.data();
    for (const key of listsOf(optimizer)) {
      const { length } = listOf(state, key);
      // A wrapper that has taken no step yet may be around an optimizer that has.
      if (length > 0 || steps > 0) {
        lists.push({ name: `${path}/${key}`, length });
      }
    }
  }
  const [first, ...others] = lists;
  const other = others.find(({ length }) => length !== first.length);
  if (other !== undefined) {
    throw incomplete(
      `has ${first.length} tensors of ${first.name} and ${other.length} of ${other.name}`,
    );
  }
}

const listsOf = (optimizer: tf.Optimizer): readonly string[] =>
  hasOwnState(optimizer)
    ? optimizer.stateLists
    : (slotLayoutsOf(optimizer) ?? []).map(({ name }) => name);

const clonesOf = (weights: NamedTensor[]): NamedTensor[] =>
  weights.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));

async function loadLevels(chain: tf.Optimizer[], weights: NamedTensor[]): Promise<void> {
  const levels = levelsOf(weights);
  for (const [depth, optimizer] of chain.entries()) {
    const { steps, ...state } = levels.get(pathOf(chain.slice(0, depth + 1)))!;
    const [counted] = await steps.data();
    await loadState(optimizer, state);
    setIterations(optimizer, counted);
  }
}

/** The states of a chain's optimizers, by their paths. */
function levelsOf(weights: NamedTensor[]): Map<string, NamedState> {
  const levels = new Map<string, NamedState>();
  for (const { name, tensor } of weights) {
    const slash = name.indexOf('/');
    const path = name.slice(0, slash);
    levels.set(path, { ...levels.get(path), [name.slice(slash + 1)]: tensor });
  }
  return levels;
}

/** Disposes the tensor that holds an optimizer's count of steps, if it was ever saved. */
export function disposeStepCounter(optimizer: tf.Optimizer): void {
  stepCounters.get(optimizer)?.dispose();
  stepCounters.delete(optimizer);
}

/** Tensors as a state's entries `key:0`, `key:1`, … */
export function indexed(key: string, tensors: readonly tf.Tensor[]): NamedState {
  return Object.fromEntries(tensors.map((tensor, i) => [`${key}:${i}`, tensor]));
}

/** The entries `key:0`, `key:1`, … of a state, in order. @throws Error when one of them is missing. */
export function listOf(state: NamedState, key: string): tf.Tensor[] {
  const tensors: tf.Tensor[] = [];
  while (`${key}:${tensors.length}` in state) {
    tensors.push(state[`${key}:${tensors.length}`]);
  }
  if (Object.keys(state).filter((each) => each.startsWith(`${key}:`)).length > tensors.length) {
    throw incomplete(`lacks ${key}:${tensors.length}`);
  }
  return tensors;
}

const incomplete = (what: string) =>
  new Error(`The saved optimizer state ${what}: it is not complete.`);

const pathOf = (chain: tf.Optimizer[]) => chain.map((o) => o.getClassName()).join('.');

const hasOwnState = (optimizer: tf.Optimizer): optimizer is tf.Optimizer & HasOwnState =>
  'ownState' in optimizer;

async function stateOf(optimizer: tf.Optimizer): Promise<NamedState> {
  if (hasOwnState(optimizer)) {
    return optimizer.ownState();
  }
  if (isKnown(optimizer)) {
    const state: NamedState = {};
    for (const clock of clocksOf(optimizer)) {
      state[clock.name] = clock.variable;
    }
    for (const slot of plainSlotsOf(optimizer)!) {
      Object.assign(state, indexed(slot.name, slot.variables));
    }
    return state;
  }
  const weights = await optimizer.getWeights();
  return Object.fromEntries(weights.map(({ name, tensor }) => [name, tensor]));
}

async function loadState(optimizer: tf.Optimizer, state: NamedState): Promise<void> {
  if (hasOwnState(optimizer)) {
    optimizer.loadOwnState(state);
  } else if (isKnown(optimizer)) {
    for (const clock of clocksOf(optimizer)) {
      clock.variable.assign(state[clock.name]);
    }
    for (const slot of plainSlotsOf(optimizer)!) {
      loadSlot(optimizer, slot.name, listOf(state, slot.name));
    }
  } else {
    await optimizer.setWeights(Object.entries(state).map(([name, tensor]) => ({ name, tensor })));
  }
}

function stepCounter(optimizer: tf.Optimizer): tf.Tensor {
  const value = tf.scalar(optimizer.iterations, 'int32');
  let counter = stepCounters.get(optimizer);
  if (counter === undefined) {
    counter = tf.variable(value, false);
    stepCounters.set(optimizer, counter);
  } else {
    counter.assign(value);
  }
  value.dispose();
  return counter;
}
