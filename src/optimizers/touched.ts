/** Bookkeeping of what changes of a variable, so that a sync may leave the rest alone. */
import type * as tf from '@tensorflow/tfjs-core';
import { writesTo } from '../embedding/rows.js';

/** What changed of a variable since the last sync. In the rest θ = φ, and a sync does nothing. */
export interface Touched {
  /** Whether all of it may have. */
  all: boolean;
  /** The rows of a table that were stepped. */
  rows: Set<number>;
  /** Its data after the last step or sync: others, when anything else gave it a value. */
  dataId: object;
  /** How often its rows had been written then: more often, when anything else wrote some. */
  writes: number;
}

/** Nothing, from now on. */
export const nothingOf = (variable: tf.Variable): Touched => ({
  all: false,
  rows: new Set(),
  dataId: variable.dataId,
  writes: writesTo(variable),
});

/** All of it, whatever it is. */
export const everything = (): Touched => ({
  all: true,
  rows: new Set(),
  dataId: {},
  writes: 0,
});

/** With what has changed since the variable was last looked at. */
export function withChanges(touched: Touched, variable: tf.Variable): Touched {
  const { dataId, writes } = nothingOf(variable);
  const all = touched.all || dataId !== touched.dataId || writes !== touched.writes;
  return { ...touched, all, dataId, writes };
}

/** With the rows that a step has just changed, and nothing else. */
export function withRows({ all, rows }: Touched, variable: tf.Variable, ids: Int32Array): Touched {
  for (const id of ids) {
    rows.add(id);
  }
  return { ...nothingOf(variable), all, rows };
}
