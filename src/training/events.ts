import type { MetricName } from '../experiments/metric.js';
import type { EpochMetrics, RunSummary } from './results.js';

/** The first event of a run, also of one that is resumed: its data are loaded. */
export interface StartEvent {
  type: 'start';
  /** What the run is judged by. */
  metric: MetricName;
  preset: string;
  seed: number;
  /** Name of the data set, and whether it was generated. */
  dataset: string;
  synthetic: boolean;
}

/**
 * After an optimizer step. `accuracy` or `perplexity`, whichever is the run's metric, is that of the
 * epoch so far, while training.
 */
export interface StepEvent extends Partial<Record<MetricName, number>> {
  type: 'step';
  /** Steps taken so far, and in the whole run. */
  step: number;
  totalSteps: number;
  /** From 1. */
  epoch: number;
  /** Mean over the epoch so far (nats). */
  loss: number;
  /** Mean over the step's batch (nats). */
  batchLoss: number;
  stepsPerSecond: number;
  /** Estimate for the rest of the run (s). */
  secondsLeft: number;
}

/** After an epoch, validation included. */
export interface EpochEvent {
  type: 'epoch';
  metrics: EpochMetrics;
  totalEpochs: number;
}

/** The last event of a run, whatever ended it. */
export interface EndEvent {
  type: 'end';
  /** `failed`: by an error, which the run's caller gets. */
  status: RunSummary['status'] | 'failed';
}

/** What training tells whoever watches; the terminal and the notebook each draw it. */
export type TrainingEvent = StartEvent | StepEvent | EpochEvent | EndEvent;
