/** What a run leaves behind: plain JSON, read by tables, charts and reports alike. */

export type { DatasetInfo, ReportedFigure } from '../experiments/experiment.js';

/** One line of `metrics.jsonl`: an epoch's results. */
export interface EpochMetrics {
  /** From 1. */
  epoch: number;
  /** Optimizer steps taken so far. */
  steps: number;
  /** Mean loss over the epoch's training examples, dropout on (nats). */
  loss: number;
  /** Share of training examples classified correctly while training, in [0, 1]. */
  accuracy: number;
  /** Mean loss over the validation examples (nats). */
  valLoss: number;
  /** Share of validation examples classified correctly, in [0, 1]. */
  valAccuracy: number;
  /** Wall-clock time since the run started, validation included (s). */
  seconds: number;
}

/** `summary.json`: written once, when a run ends, however it ends. */
export interface RunSummary {
  /** 'imdb'. */
  experiment: string;
  /** 'adam', 'lazy-adam', …; the canonical spec where the optimizer was given by a spec. */
  optimizer: string;
  /**
   * The canonical spec of the optimizer, 'lazy(adam(1e-3))': `optimizerFromSpec` makes it again for
   * the same model. Also in `config.json`. Left out by runs older than it.
   */
  spec?: string;
  /** 'smoke', 'quick' or 'full'. */
  preset: string;
  /** What differs from the preset and decides the result: `{ epochs: 1, lr: 0.01 }`. */
  overrides: Record<string, number | string>;
  seed: number;
  /** Name of the data set, 'imdb' or 'imdb-synthetic'. */
  dataset: string;
  /** Whether it was generated. */
  synthetic: boolean;
  /** Whether its files are byte for byte the published ones. */
  verified: boolean;
  /** Epochs completed. */
  epochs: number;
  /** Optimizer steps taken. */
  steps: number;
  /** Highest validation accuracy of all epochs, in [0, 1]; null when no epoch was completed. */
  bestValAccuracy: number | null;
  /** Validation accuracy after the last completed epoch. */
  finalValAccuracy: number | null;
  /** SHA-256 over the bytes of the final weights, those evaluated, in the model's order. */
  weightsSha256: string;
  /** Wall-clock time of the training loop, validation included (s). */
  seconds: number;
  /** 'tensorflow', 'wasm' or 'cpu'. */
  backend: string;
  status: 'completed' | 'interrupted' | 'diverged';
  /** One sentence for a run that did not complete. */
  message?: string;
}

/** A run read back from its directory. */
export interface RunResult {
  /** The run's directory. */
  directory: string;
  summary: RunSummary;
  metrics: EpochMetrics[];
}
