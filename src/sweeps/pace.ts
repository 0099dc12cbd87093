/** How long trials take, told from those that have been seen. */
import { resolveConfig } from '../experiments/config.js';
import type { RunSummary } from '../training/results.js';
import type { Trial } from './engine.js';

/** How fast trials of each kind go. What it is asked takes no longer the more it has seen. */
export class Pace {
  /** Seconds an epoch of what was measured, by kind. */
  private readonly measured = new Map<string, Mean>();
  /** The same of all kinds. */
  private readonly all = new Mean();
  /** Seconds that trials took to come to their first step. */
  private readonly starts = new Mean();
  private readonly costs = new WeakMap<Trial, Cost>();

  addStart(seconds: number): void {
    this.starts.add(seconds);
  }

  /** A trial that has ended. */
  addRun(trial: Trial, { seconds, epochs }: Pick<RunSummary, 'seconds' | 'epochs'>): void {
    if (epochs > 0) this.add(trial, seconds / epochs);
  }

  /** A trial of which some steps were seen. Validation is not in it. */
  addSteps(trial: Trial, secondsAStep: number, totalSteps: number): void {
    this.add(trial, (secondsAStep * totalSteps) / this.costOf(trial).epochs);
  }

  knows(trial: Trial): boolean {
    return this.measured.has(this.costOf(trial).kind);
  }

  /** Estimated time of a trial (s); of a kind not seen yet, like those that were. */
  secondsOf(trial: Trial): number | null {
    const { kind, epochs } = this.costOf(trial);
    const mean = this.measured.get(kind)?.value ?? this.all.value;
    return mean === null ? null : (this.starts.value ?? 0) + mean * epochs;
  }

  /**
   * Estimated time until trials have ended (s), so many at a time; null where nothing was seen.
   *
   * @param done - seconds that each of them has been running for, by id.
   */
  secondsLeft(trials: Trial[], workers: number, done = new Map<string, number>()): number | null {
    let [sum, longest] = [0, 0];
    for (const trial of trials) {
      const seconds = this.secondsOf(trial);
      if (seconds === null) return null;
      const left = Math.max(0, seconds - (done.get(trial.id) ?? 0));
      sum += left;
      longest = Math.max(longest, left);
    }
    // No shorter than the longest of them, whatever the number of workers.
    return Math.max(sum / workers, longest);
  }

  private add(trial: Trial, secondsAnEpoch: number): void {
    const { kind } = this.costOf(trial);
    const ofKind = this.measured.get(kind) ?? new Mean();
    this.measured.set(kind, ofKind);
    ofKind.add(secondsAnEpoch);
    this.all.add(secondsAnEpoch);
  }

  /** Looked up once a trial: a sweep of thousands asks for all of them whenever one has ended. */
  private costOf(trial: Trial): Cost {
    const known = this.costs.get(trial);
    if (known !== undefined) return known;
    // Trials of one kind take equally long an epoch: the rest of what is varied costs no time.
    const { seed, lr, k, alpha, epochs, ...rest } = resolveConfig(trial.request);
    const cost = { kind: JSON.stringify(rest), epochs };
    this.costs.set(trial, cost);
    return cost;
  }
}

/** What decides how long a trial takes. */
interface Cost {
  kind: string;
  epochs: number;
}

/** A mean of values as they come. */
class Mean {
  private sum = 0;
  private count = 0;

  add(value: number): void {
    this.sum += value;
    this.count++;
  }

  /** null before the first value. */
  get value(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }
}
