/** An engine without processes or files: trials "train" in no time, as a test wants them to. */
import type { Engine, Trial, TrialEvent } from '../../src/sweeps/engine.js';
import { filesOfRun } from '../charts/sample-runs.js';

/** What comes of a trial: files by default, or a failure's message. */
export type Fate = (trial: Trial) => 'ended' | { failed: string };

/** Runs trials one after the other, in this process. */
export class MemoryEngine implements Engine {
  readonly name = 'memory';
  readonly workers = 1;
  /** The ids of the trials that were started, in order. */
  readonly started: string[] = [];

  constructor(private readonly fate: Fate = () => 'ended') {}

  async *run(
    trials: Iterable<Trial> | AsyncIterable<Trial>,
    { signal }: { signal: AbortSignal },
  ): AsyncGenerator<TrialEvent, void, undefined> {
    for await (const trial of trials) {
      const { id, request } = trial;
      const { optimizer, seed, preset } = request;
      if (signal.aborted) return;
      this.started.push(id);
      yield { id, type: 'started' };
      const fate = this.fate(trial);
      if (signal.aborted) yield { id, type: 'cancelled' };
      else if (fate === 'ended')
        yield { id, type: 'ended', files: filesOfRun({ optimizer, seed, preset }) };
      else yield { id, type: 'failed', message: fate.failed };
    }
  }
}
