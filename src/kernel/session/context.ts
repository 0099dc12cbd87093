/** Which cell, or front end's message, running code belongs to. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Origin } from '../wire/between.js';

/** A cell that was started, or a message that started code of a cell's. */
export interface Context {
  /** The request: what outputs are answers to. */
  origin: Origin;
  /** `In[3]`. */
  label: string;
  /** The request of the cell whose code it is: where it is told what goes wrong. A message's is another. */
  cell: Origin;
  /** Aborted when the cell is interrupted. */
  controller: AbortController;
  /** What ends by itself when the cell is interrupted. */
  finishing: Set<Promise<unknown>>;
  /** Set when it has been interrupted, and has had its time: from then on its code ends where it looks. */
  stopped: boolean;
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

/** The running code's context, where that is known for certain. */
export const certainContext = (): Context | undefined => storage.getStore();

const known = new Set<WeakRef<Context>>();
const forgotten = new FinalizationRegistry((reference: WeakRef<Context>) =>
  known.delete(reference),
);

/** @param owner - the cell whose code it is, for a message. */
export function contextOf(
  origin: Origin,
  owner: { label: string; cell: Origin },
  canAsk = false,
): Context {
  const { label, cell } = owner;
  const context: Context = {
    ...{ origin, label, cell, controller: new AbortController(), finishing: new Set() },
    ...{ stopped: false, canAsk },
  };
  const reference = new WeakRef(context);
  known.add(reference);
  forgotten.register(context, reference);
  return context;
}

/** The contexts of which something may still run: what can hold nothing back is collected. */
export function contexts(): Context[] {
  return [...known].flatMap((reference) => reference.deref() ?? []);
}
