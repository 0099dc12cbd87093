/** LazyOptimizer's own state: the slots of its tables, by position, and their saved form. */
import type * as tf from '@tensorflow/tfjs-core';
import { slotsOf } from './slots.js';
import type { NamedState } from './state.js';
import type { TableSlots } from './table-slots.js';

/** The slots of tables, by the tables' positions among the variables. */
export type SlotsOfTables = Map<number, TableSlots>;

/** The saved form: each table's state under names that end in its position. */
export function stateOfTables(tables: SlotsOfTables): NamedState {
  const state: NamedState = {};
  for (const [position, table] of tables) {
    for (const [key, tensor] of Object.entries(table.state())) {
      state[`${key}:${position}`] = tensor;
    }
  }
  return state;
}

/** What {@link stateOfTables} has put together, table by table. */
export function statesIn(state: NamedState): Map<number, NamedState> {
  const tables = new Map<number, NamedState>();
  for (const [key, tensor] of Object.entries(state)) {
    const [name, position] = key.split(':');
    tables.set(Number(position), { ...tables.get(Number(position)), [name]: tensor });
  }
  return tables;
}

/** How an optimizer goes on that has loaded a state. */
interface Resumed {
  variables: readonly tf.Variable[];
  /** Where its tables are among these. */
  positions: ReadonlySet<number>;
  /** The optimizer within. */
  inner: tf.Optimizer;
  /** Whether it takes the steps of tables on the sampled rows alone. */
  onRows: boolean;
}

/** @throws Error when the state was saved with other tables, or other ways to find their rows. */
export function refuseOtherTables(
  loaded: SlotsOfTables,
  { variables, positions, inner, onRows }: Resumed,
): void {
  for (const position of loaded.keys()) {
    const variable = variables[position];
    if (variable !== undefined && !positions.has(position)) {
      throw new Error(
        `The loaded optimizer state has "${variable.name}" as a lazy table: add it to embeddingLayers.`,
      );
    }
  }
  if (!onRows && loaded.size > 0) {
    throw new Error(
      "The loaded optimizer state is one of steps on sampled rows: make LazyOptimizer with rows: 'auto'.",
    );
  }
  const dense = onRows ? (slotsOf(inner) ?? []) : [];
  for (const position of positions) {
    if (dense.some(({ variables: slots }) => (slots[position]?.shape.length ?? 0) > 0)) {
      throw new Error(
        `The loaded optimizer state has dense slots for "${variables[position].name}": it was saved with rows: 'gradient', or without this table among embeddingLayers.`,
      );
    }
  }
}
