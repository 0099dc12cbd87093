/** Which cell, or front end's message, running code belongs to. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Origin } from '../wire/between.js';

/** A cell that was started, or a message that started code of a cell's. */
export interface Context {
  /** The request: what outputs are answers to. */
  origin: Origin;
  /** `In[3]`. */
  label: string;
  /** Aborted when the cell is interrupted. */
  controller: AbortController;
  /** What ends by itself when the cell is interrupted. */
  finishing: Set<Promise<unknown>>;
  /** Whether the front end lets the cell ask, which it does as long as the cell runs. */
  canAsk: boolean;
}

const storage = new AsyncLocalStorage<Context>();
let latest: Context | null = null;

/** Runs code, and all that it starts, as that of a context. */
export function within<T>(context: Context, code: () => T): T {
  return storage.run(context, code);
}

/** Says which cell was started last: what belongs to none that is known belongs to that. */
export function setLatest(context: Context): void {
  latest = context;
}

/** The running code's context; null before the first cell. */
export const currentContext = (): Context | null => storage.getStore() ?? latest;

export function contextOf(origin: Origin, label: string, canAsk = false): Context {
  return { origin, label, controller: new AbortController(), finishing: new Set(), canAsk };
}
