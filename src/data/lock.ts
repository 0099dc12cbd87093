/** Waiting for a folder that another process works in. */

import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../runtime/errors.js';
import { lockFolder } from '../runtime/lock.js';
import { writing } from './write-error.js';

/** Time between two attempts (ms). */
const RETRY = 250;

/** How waiting is watched and ended. */
export interface LockOptions {
  /** Ends the waiting; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Told once who is waited for. */
  onWait?: (reason: string) => void;
}

/** Does something while no other process, and nothing else in this one, does such in the folder. */
export async function withLock<T>(
  folder: string,
  { signal, onWait }: LockOptions,
  action: () => Promise<T>,
): Promise<T> {
  await writing(folder, () => mkdir(folder, { recursive: true }));
  let release: (() => void) | undefined;
  for (let waited = false; release === undefined; waited = true) {
    signal?.throwIfAborted();
    try {
      release = lockFolder(folder);
    } catch (error) {
      if (!(error instanceof UsageError)) await writing(folder, () => Promise.reject(error));
      if (!waited) onWait?.((error as Error).message);
      await sleep(RETRY, undefined, { signal }).catch(() => {});
    }
  }
  try {
    return await action();
  } finally {
    release();
  }
}
