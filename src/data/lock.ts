/** A lock that several processes respect, for what only one of them should do. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { writing } from './write-error.js';

/** A lock whose process has not renewed it for so long is taken over (ms). */
const STALE = 5_000;

/** Time between two attempts (ms). */
const RETRY = 250;

/** How waiting for a lock is watched and ended. */
export interface LockOptions {
  /** Ends the waiting; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called once, when another process is found to hold it. */
  onWait?: () => void;
}

/**
 * Does something while this process alone holds a lock. It is taken over from a process that died.
 *
 * @param path - the lock, which is not there while nobody holds it.
 * @param action - is given a signal that is aborted with `options.signal`, or when the lock is lost:
 *   after a sleep of the machine, another process may have taken it over.
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: LockOptions,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const take = () =>
    lock(path, {
      lockfilePath: path,
      realpath: false,
      stale: STALE,
      update: STALE / 5,
      onCompromised: () =>
        lost.abort(
          new Error(`Another process took ${path} over, as this one did not move: try again.`),
        ),
    });
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  let release: Awaited<ReturnType<typeof take>> | undefined;
  for (let waited = false; release === undefined; waited = true) {
    signal?.throwIfAborted();
    try {
      release = await take();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') {
        await writing(path, () => Promise.reject(error));
      }
      if (!waited) onWait?.();
      await sleep(RETRY, undefined, { signal }).catch(() => {});
    }
  }
  try {
    return await action(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
  } finally {
    await release().catch(() => {});
  }
}
