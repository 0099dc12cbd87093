/** Carrying a sweep out, whatever the engine. */
import type { RunResult } from '../training/results.js';
import type { Engine, Trial, TrialEvent } from './engine.js';
import { Pace } from './pace.js';
import type { Sweep, SweepDirectory } from './sweep-directory.js';

/** Kinds of trials that are probed at most, before a sweep starts. */
const PROBES = 3;
/** A probe ends once it has seen so many steps, and so much time (s). */
const PROBE_STEPS = 20;
const PROBE_SECONDS = 4;

/** What is to be done, and how long it should take. */
export interface Outlook {
  total: number;
  /** Trials to run: those that have not ended before. */
  pending: Trial[];
  workers: number;
  /** Estimated time for those (s); null where it could not be told. */
  seconds: number | null;
  /** What the estimate was made from. */
  from: 'finished trials' | 'a probe';
}

/** How far a sweep is. */
export interface Progress {
  ended: number;
  failed: number;
  total: number;
  /** Estimated time for the rest (s); null before any trial has told. */
  secondsLeft(): number | null;
}

/** How a sweep is carried out and watched. */
export interface SweepOptions {
  engine: Engine;
  /** Cancels the trials that run; the sweep can be continued. */
  signal: AbortSignal;
  /** Told before the first trial starts; false ends the sweep there. */
  onOutlook?: (outlook: Outlook) => boolean;
  /** Told what happens; `run` is the result, now stored, of a trial that has ended. */
  onEvent?: (event: TrialEvent, trial: Trial, progress: Progress, run?: RunResult) => void;
}

/**
 * Runs the trials of a sweep that have not ended, and keeps their results. A trial that fails is
 * noted, and the rest go on.
 *
 * @returns the sweep as it then is, finished or not.
 */
export async function runSweep(directory: SweepDirectory, options: SweepOptions): Promise<Sweep> {
  const { engine, signal, onOutlook = () => true } = options;
  const { workers } = engine;
  const sweep = new RunningSweep(directory, options);
  const from = await sweep.probe();
  const pending = sweep.pending();
  const seconds = sweep.pace.secondsLeft(pending, workers);
  const outlook = { total: directory.trials.length, pending, workers, seconds, from };
  if (!signal.aborted && onOutlook(outlook)) await sweep.run(pending, signal);
  return directory.read();
}

class RunningSweep {
  readonly pace = new Pace();
  /** Neither ended nor, this time, failed. */
  private readonly left: Map<string, Trial>;
  private readonly failed = new Set<string>();
  /** When the trials that run were started (ms). */
  private readonly started = new Map<string, number>();
  /** Those of them that have told of a step. */
  private readonly training = new Set<string>();

  constructor(
    private readonly directory: SweepDirectory,
    private readonly options: SweepOptions,
  ) {
    const { trials, runs } = directory.read();
    this.left = new Map(trials.filter(({ id }) => !runs.has(id)).map((trial) => [trial.id, trial]));
    for (const trial of trials.filter(({ id }) => runs.has(id))) {
      this.pace.addRun(trial, runs.get(trial.id)!.summary);
    }
  }

  pending = () => [...this.left.values()];

  /** Sees how fast trials go, one of each kind that has not been seen, by their first steps. */
  async probe(): Promise<Outlook['from']> {
    const { signal } = this.options;
    let probes = 0;
    for (; probes < PROBES && !signal.aborted; probes++) {
      const trial = this.pending().find((each) => !this.pace.knows(each));
      if (trial === undefined) break;
      const enough = new AbortController();
      const watch = this.stopwatch(trial, enough);
      await this.run([trial], AbortSignal.any([signal, enough.signal]), watch);
    }
    return probes === 0 ? 'finished trials' : 'a probe';
  }

  async run(
    trials: Trial[],
    signal: AbortSignal,
    watch: (event: TrialEvent) => void = () => {},
  ): Promise<void> {
    const byId = new Map(trials.map((trial) => [trial.id, trial]));
    for await (const event of this.options.engine.run(trials, { signal })) {
      watch(event);
      this.take(event, byId.get(event.id)!);
    }
  }

  /** Measures a trial's steps, and ends it when it has seen enough of them. */
  private stopwatch(trial: Trial, enough: AbortController): (event: TrialEvent) => void {
    let first: { step: number; time: number } | undefined;
    return (event) => {
      if (event.type !== 'training' || event.event.type !== 'step' || enough.signal.aborted) return;
      const { step, totalSteps } = event.event;
      const time = performance.now() / 1000;
      first ??= { step, time };
      const [steps, seconds] = [step - first.step, time - first.time];
      if (steps < PROBE_STEPS || seconds < PROBE_SECONDS) return;
      this.pace.addSteps(trial, seconds / steps, totalSteps);
      enough.abort();
    };
  }

  private take(event: TrialEvent, trial: Trial): void {
    const { id } = trial;
    let run: RunResult | undefined;
    if (event.type === 'started') this.started.set(id, performance.now());
    if (event.type === 'training' && !this.training.has(id)) {
      this.training.add(id);
      this.pace.addStart((performance.now() - this.started.get(id)!) / 1000);
    }
    if (event.type === 'ended') {
      run = this.directory.store(id, event.files);
      this.pace.addRun(trial, run.summary);
      this.left.delete(id);
    }
    if (event.type === 'failed') {
      this.directory.addFailure(id, event.message);
      this.failed.add(id);
      this.left.delete(id);
    }
    if (['ended', 'failed', 'cancelled'].includes(event.type)) {
      this.started.delete(id);
      this.training.delete(id);
    }
    this.options.onEvent?.(event, trial, this.progress(), run);
  }

  private progress(): Progress {
    const total = this.directory.trials.length;
    const failed = this.failed.size;
    return {
      ended: total - failed - this.left.size,
      failed,
      total,
      secondsLeft: () => {
        const now = performance.now();
        const done = new Map([...this.started].map(([id, at]) => [id, (now - at) / 1000]));
        return this.pace.secondsLeft(this.pending(), this.options.engine.workers, done);
      },
    };
  }
}
