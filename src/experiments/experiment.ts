/** What an experiment declares: data, model, optimizers, presets. The training loop is elsewhere. */
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { DataOrigin, DataSource } from '../data/data-origin.js';
import type { MetricName } from './metric.js';

/** The data that a run is trained on, as it notes them: but for the path, which is this machine's. */
export interface DatasetInfo extends Omit<DataOrigin, 'path'> {
  /** Examples trained on and validated on: what was asked for, or all where there are fewer. */
  trainExamples: number;
  valExamples: number;
  /** Examples tested on, where it is not the test data that are validated on. */
  testExamples?: number;
}

/** A hyperparameter's value. */
export type HyperparameterValue = number | string;

/** Hyperparameters by name: `{ k: 5, alpha: 0.2 }`. */
export type Hyperparameters = Record<string, HyperparameterValue>;

/** A batch: inputs and targets, new tensors that are the caller's to dispose. */
export interface Batch {
  x: tf.Tensor;
  y: tf.Tensor;
  /** Predictions in it, which losses are means over: examples, or words. */
  n: number;
}

/** Batches, each of which can be made at any time, without those before it. */
export interface Batches {
  /** Predictions in all. */
  readonly n: number;
  readonly length: number;
  /** The batch at a place, from 0. */
  at(index: number): Batch;
}

/** What is trained on: other batches, or the same in another order, each epoch. */
export interface TrainingSet {
  /** Examples or words. */
  readonly n: number;
  /**
   * The batches of an epoch, from 1. All that is random about them comes from the seed, the epoch
   * and the batch's place in it.
   */
  epoch(config: Pick<RunConfig, 'seed' | 'batchSize'>, epoch: number): Batches;
}

/** An experiment's data, ready to train on. */
export interface ExperimentData {
  info: DatasetInfo;
  train: TrainingSet;
  val: Batches;
  /** Looked at only after epochs that are the best so far on `val`. */
  test?: Batches;
}

/** A figure that somebody published. */
export interface ReportedFigure {
  /** Our name of the optimizer it was reported for. */
  optimizer: string;
  /** In the experiment's metric: an accuracy in [0, 1], a perplexity. */
  value: number;
  /** As printed, 'about 83.7 %'. */
  text: string;
  /** Who reported it, where and when. */
  source: string;
  /** How sure we are: in the primary source, in a publication that quotes it, not checked. */
  mark: 'read' | 'quoted' | 'recalled';
  /** The preset whose configuration it is of, where that has figures of its own. */
  preset?: string;
  /** `test` where it is of test data, at the epoch that is best on the validation data. */
  on?: 'test';
}

/** What somebody published in words: that every run of an optimizer comes out above a figure. */
export interface ReportedClaim {
  /** Our name of the optimizer. */
  optimizer: string;
  /** In the experiment's metric, of the best epoch. */
  threshold: number;
  /** 'consistently above 84.9 %'. */
  text: string;
  source: string;
  mark: ReportedFigure['mark'];
}

/** The figures that runs of a preset stand beside: its own, or else those of no preset. */
export function figuresFor(preset: string | null, figures: ReportedFigure[]): ReportedFigure[] {
  const own = figures.filter((figure) => figure.preset === preset);
  return own.length > 0 ? own : figures.filter((figure) => figure.preset === undefined);
}

/**
 * How the learning rate goes from epoch to epoch: it is multiplied by `gamma` after each of some
 * epochs, or by `factor` whenever the validation loss has not fallen for `patience` epochs.
 */
export type RateSchedule =
  | { milestones: number[]; gamma: number }
  | { factor: number; patience: number };

/**
 * On what the best epoch is chosen: on the test data, as in the article, or on data that are neither
 * trained nor tested on.
 */
export type Protocol = 'best-on-test' | 'held-out';

/** Everything that decides what a run computes, on one backend and number of threads. */
export interface RunConfig {
  experiment: string;
  /** One of the experiment's by name, or a spec: `lookahead(lazy(adam(1e-3)), k=5)`. */
  optimizer: string;
  preset: string;
  /** A non-negative integer: weights, order of the examples, dropout. */
  seed: number;
  epochs: number;
  batchSize: number;
  /** The inner optimizer's learning rate. Left out, as are the next two, with a spec: it says them. */
  lr?: number;
  /** Lookahead's sync period in steps, and its step of the slow weights. */
  k?: number;
  alpha?: number;
  /** How the learning rate goes from epoch to epoch; left out where it stays. */
  schedule?: RateSchedule;
  data: DataSource;
  /**
   * `held-out`: of the training examples `heldOut` are kept to validate on, and the test data give the
   * result of the epoch that is best there. Left out where the experiment's own way is followed.
   */
  protocol?: Protocol;
  heldOut?: number;
  /** What the experiment itself adds: sizes of model and data. */
  settings: Record<string, number | string>;
}

/** What a preset fixes; what it leaves out is the experiment's own. */
export type Preset = Pick<RunConfig, 'epochs' | 'data'> & {
  /** One line: what it does and how long it takes. */
  description: string;
  /** Whether it is the configuration that the experiment's reported figures come from. */
  asReported?: boolean;
  schedule?: RateSchedule;
  batchSize?: number;
  /** Hyperparameters by optimizer, which go before the optimizers' own. */
  hyperparameters?: Record<string, Pick<RunConfig, 'lr' | 'k' | 'alpha'>>;
  /** What readers of its results should know: half a sentence, to be shown. */
  note?: string;
  /** Whether it takes so long that the time is estimated, and told, before it starts. */
  long?: boolean;
  settings?: RunConfig['settings'];
  /** How often a checkpoint is written within an epoch: steps, or a time. Default `2m`. */
  checkpointEvery?: string;
};

/** An optimizer that an experiment has a name for. */
export interface OptimizerRecipe {
  /** Whether `k` and `alpha` mean anything to it. */
  lookahead: boolean;
  /** Its own defaults, which go before the experiment's. */
  defaults?: Pick<RunConfig, 'lr' | 'k' | 'alpha'>;
  /** Which of its hyperparameters are ours, where the source has none: half a sentence, to be shown. */
  ours?: string;
  /** What makes it, filled in from the configuration. */
  spec(config: Pick<RunConfig, 'lr' | 'k' | 'alpha' | 'settings'>): string;
}

/** An experiment, as data. */
export interface Experiment {
  name: string;
  /** One line. */
  title: string;
  /** What its runs are judged by. */
  metric: MetricName;
  defaults: Required<Pick<RunConfig, 'batchSize' | 'lr' | 'k' | 'alpha' | 'settings'>>;
  /** The values that a setting may have, for settings that are not numbers. */
  choices: Record<string, string[]>;
  /** The settings that are shares from 0 to below 1; other numbers are sizes, whole and from 1, … */
  rates: string[];
  /** … but whole and from 0 those here, … */
  fromZero?: string[];
  /** … and any number above 0 those here. */
  positive?: string[];
  presets: Record<string, Preset>;
  optimizers: Record<string, OptimizerRecipe>;
  /** The optimizers that `reproduce` compares unless told otherwise. */
  compared: string[];
  reported: ReportedFigure[];
  /** What was claimed in words, to which runs as reported are held as well. */
  claims?: ReportedClaim[];
  /**
   * The share of the training examples that the protocol `held-out` validates on; without, its data
   * have a validation part of their own, and every run follows that protocol.
   */
  heldOutShare?: number;
  /** What `robustness` compares: an optimizer alone and within Lookahead, over learning rates. */
  robustness?: { inner: string; lookahead: string; rates: number[] };
  /**
   * Loads the data.
   *
   * @param config - says which, and how much of them.
   * @param options - `signal` ends it; `onStatus` is told what takes time, a sentence at a time.
   */
  load(
    config: RunConfig,
    options: { signal?: AbortSignal; onStatus?: (status: string) => void },
  ): Promise<ExperimentData>;
  /**
   * A model whose weights and dropout depend on the seed alone: x to output, or, where states go
   * from batch to batch, [x, …states] to [output, …states].
   */
  build(config: RunConfig): tfl.LayersModel;
  /** The states before the first of a row of batches, new tensors; without, there are none. */
  initialStates?(config: RunConfig, batchSize: number): tf.Tensor[];
  /** Mean loss over a batch (nats), a scalar. */
  loss(y: tf.Tensor, output: tf.Tensor): tf.Scalar;
  /** What the optimizer minimises, as a multiple of that mean. Without: the mean itself. */
  lossScale?(config: RunConfig): number;
  /** How many predictions of a batch are correct, a scalar, where the metric asks for it. */
  correct?(y: tf.Tensor, output: tf.Tensor): tf.Scalar;
}
