/** What carries a sweep's trials out: the one thing that knows where and how they run. */
import type { RunRequest } from '../experiments/config.js';
import type { Hyperparameters } from '../experiments/experiment.js';
import type { TrainingEvent } from '../training/events.js';

/** One run of a sweep, as plain JSON: it can be sent to another machine. */
export interface Trial {
  /** Names the trial, its folder and its result; equal configurations have equal ids. */
  id: string;
  /** What the sweep varies, as this trial has it: `{ k: 5, alpha: 0.2 }`. */
  parameters: Hyperparameters;
  request: RunRequest;
}

/** What an engine tells of its trials, in the order in which it happens. */
export type TrialEvent = { id: string } & (
  | { type: 'started' }
  /** A sentence about what takes time before training starts. */
  | { type: 'status'; status: string }
  /** How training goes, a few times a second at most. */
  | { type: 'training'; event: TrainingEvent }
  /** Trained to its end, or diverged: the files of its run directory, by name. */
  | { type: 'ended'; files: Record<string, string> }
  /** Ended early because it was to: the files that it had come to. */
  | { type: 'stopped'; files: Record<string, string> }
  /** It could not be carried out; the other trials go on. */
  | { type: 'failed'; message: string }
  /** It was stopped by the signal. An engine that can will take it up again where it was. */
  | { type: 'cancelled' }
);

/** How trials are ended before their end. */
export interface EngineOptions {
  /** Cancels what runs; no further trial is then pulled. */
  signal: AbortSignal;
  /** The signal that ends one trial early, by its id. */
  stopped?: (id: string) => AbortSignal | undefined;
}

/**
 * Carries trials out. Trials go in and results come out by value: whoever uses an engine assumes
 * neither a shared file system nor one machine.
 */
export interface Engine {
  readonly name: string;
  /** Trials that run at a time. */
  readonly workers: number;
  /**
   * Runs trials, pulling the next one whenever a worker is free. Every trial pulled comes to one of
   * `ended`, `stopped`, `failed` and `cancelled`, once.
   *
   * @param trials - pulled one by one.
   * @param options - `signal` cancels what runs; no further trial is then pulled. `stopped` gives the
   *   signal that ends one trial early.
   */
  run(
    trials: Iterable<Trial> | AsyncIterable<Trial>,
    options: EngineOptions,
  ): AsyncIterable<TrialEvent>;
}
