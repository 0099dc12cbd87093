/** What a run needs before it can start, and several runs share. */
import { setImmediate } from 'node:timers/promises';
import { EXPERIMENTS } from '../experiments/config.js';
import type { ExperimentData, RunConfig } from '../experiments/experiment.js';
import { type BackendInfo, type BackendOptions, startBackend } from '../runtime/backend.js';

/** A backend that runs, and data that are loaded. */
export interface Prepared {
  backend: BackendInfo;
  data: ExperimentData;
}

/** How preparing is watched and ended. */
export interface PrepareOptions extends BackendOptions {
  signal?: AbortSignal;
  /** Told what takes time, and which backend stands in for the fastest, a sentence at a time. */
  onStatus?: (status: string) => void;
}

/**
 * Starts the backend and loads the configuration's data.
 *
 * @throws Error with one sentence when the signal ends it; what backend and data throw.
 */
export async function prepare(config: RunConfig, options: PrepareOptions): Promise<Prepared> {
  const { backend: asked = 'auto', signal, onStatus } = options;
  try {
    const backend = await startBackend(options);
    if (asked === 'auto' && backend.name !== 'tensorflow') {
      onStatus?.(backend.reason);
    }
    const data = await EXPERIMENTS[config.experiment].load(config, options);
    // Reading blocks; two turns of the event loop are enough for a signal that came meanwhile.
    await setImmediate();
    await setImmediate();
    signal?.throwIfAborted();
    return { backend, data };
  } catch (error) {
    throw signal?.aborted
      ? new Error('The run was interrupted before training started.', { cause: error })
      : error;
  }
}
