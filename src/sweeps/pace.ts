/** How long trials take, told from those that have been seen. */
import { resolveConfig } from '../experiments/config.js';
import type { RunSummary } from '../training/results.js';
import type { Trial } from './engine.js';

/** How fast trials of each kind go. */
export class Pace {
  /** Seconds an epoch of what was measured, by kind. */
  private readonly measured = new Map<string, number[]>();
  /** Seconds that trials took to come to their first step. */
  private readonly starts: number[] = [];

  addStart(seconds: number): void {
    this.starts.push(seconds);
  }

  /** A trial that has ended. */
  addRun(trial: Trial, { seconds, epochs }: Pick<RunSummary, 'seconds' | 'epochs'>): void {
    if (epochs > 0) this.add(trial, seconds / epochs);
  }

  /** A trial of which some steps were seen. Validation is not in it. */
  addSteps(trial: Trial, secondsAStep: number, totalSteps: number): void {
    this.add(trial, (secondsAStep * totalSteps) / resolveConfig(trial.request).epochs);
  }

  knows(trial: Trial): boolean {
    return this.measured.has(kindOf(trial));
  }

  /** Estimated time of a trial (s); of a kind not seen yet, like those that were. */
  secondsOf(trial: Trial): number | null {
    const ofKind = this.measured.get(kindOf(trial));
    const times = ofKind ?? [...this.measured.values()].flat();
    if (times.length === 0) return null;
    const start = this.starts.length === 0 ? 0 : mean(this.starts);
    return start + mean(times) * resolveConfig(trial.request).epochs;
  }

  /**
   * Estimated time until trials have ended (s), so many at a time; null where nothing was seen.
   *
   * @param done - seconds that each of them has been running for, by id.
   */
  secondsLeft(trials: Trial[], workers: number, done = new Map<string, number>()): number | null {
    const left = trials.map((trial) => {
      const seconds = this.secondsOf(trial);
      return seconds === null ? null : Math.max(0, seconds - (done.get(trial.id) ?? 0));
    });
    if (left.includes(null)) return null;
    const seconds = left as number[];
    const sum = seconds.reduce((total, each) => total + each, 0);
    // No shorter than the longest of them, whatever the number of workers.
    return Math.max(sum / workers, ...seconds, 0);
  }

  private add(trial: Trial, secondsAnEpoch: number): void {
    const kind = kindOf(trial);
    this.measured.set(kind, [...(this.measured.get(kind) ?? []), secondsAnEpoch]);
  }
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Trials of one kind take equally long an epoch: the rest of what is varied costs no time. */
function kindOf({ request }: Trial): string {
  const { seed, lr, k, alpha, epochs, ...rest } = resolveConfig(request);
  return JSON.stringify(rest);
}
