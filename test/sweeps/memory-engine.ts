/** An engine without processes or files: trials "train" in no time, as a test wants them to. */
import type { Engine, Trial, TrialEvent } from '../../src/sweeps/engine.js';
import { sampleRun } from '../charts/sample-runs.js';

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
      const { id } = trial;
      if (signal.aborted) return;
      this.started.push(id);
      yield { id, type: 'started' };
      const fate = this.fate(trial);
      if (signal.aborted) yield { id, type: 'cancelled' };
      else if (fate === 'ended') yield { id, type: 'ended', files: filesOf(trial) };
      else yield { id, type: 'failed', message: fate.failed };
    }
  }
}

function filesOf({ request }: Trial): Record<string, string> {
  const { optimizer, seed, preset } = request;
  const { summary, metrics } = sampleRun({ optimizer, seed, preset });
  return {
    'summary.json': JSON.stringify(summary),
    'metrics.jsonl': metrics.map((line) => `${JSON.stringify(line)}\n`).join(''),
  };
}
