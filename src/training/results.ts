/** What a run leaves behind: plain JSON, read by tables, charts and reports alike. */
import type { Protocol } from '../experiments/experiment.js';
import { bestOf, METRICS, type Metric, type MetricName } from '../experiments/metric.js';

export type { DatasetInfo, ReportedFigure } from '../experiments/experiment.js';

/** Values under the name of their metric behind a prefix: `valAccuracy`, `valPerplexity`. */
type Values<Prefix extends string, Value = number> = Partial<
  Record<`${Prefix}${Capitalize<MetricName>}`, Value>
>;

/**
 * One line of `metrics.jsonl`: an epoch's results. `accuracy` or `perplexity` is that of the epoch's
 * training, dropout on; `valAccuracy` or `valPerplexity` that on the validation data after it;
 * `testAccuracy` or `testPerplexity`, on test data where there are any, only stands where the
 * validation data's is the best so far.
 */
export interface EpochMetrics
  extends Partial<Record<MetricName, number>>,
    Values<'val'>,
    Values<'test'> {
  /** From 1. */
  epoch: number;
  /** Optimizer steps taken so far. */
  steps: number;
  /** Mean loss over the epoch's training data, dropout on (nats). */
  loss: number;
  /** Mean loss over the validation data (nats). */
  valLoss: number;
  /** The epoch's learning rate, where it follows a schedule. */
  lr?: number;
  /** Wall-clock time since the run started, validation included (s). */
  seconds: number;
}

/**
 * `summary.json`: written once, when a run ends, however it ends. Its result stands under the
 * metric's name: `bestValAccuracy` or `bestValPerplexity` of the best epoch, `finalVal…` of the last
 * one, null when no epoch was completed; `test…`, where there are test data, of the epoch that was
 * best on the validation data.
 */
export interface RunSummary
  extends Values<'bestVal', number | null>,
    Values<'finalVal', number | null>,
    Values<'test', number | null> {
  /** 'imdb', 'cifar10', … */
  experiment: string;
  /** 'adam', 'lazy-adam', …; the canonical spec where the optimizer was given by a spec. */
  optimizer: string;
  /** What the run is judged by. Left out by runs older than it, which have `accuracy`. */
  metric?: MetricName;
  /**
   * The canonical spec of the optimizer, 'lazy(adam(1e-3))': `optimizerFromSpec` makes it again for
   * the same model. Also in `config.json`. Left out by runs older than it.
   */
  spec?: string;
  /** 'smoke', 'quick', …. */
  preset: string;
  /** What differs from the preset and decides the result: `{ epochs: 1, lr: 0.01 }`. */
  overrides: Record<string, number | string>;
  seed: number;
  /** `held-out` where the best epoch was chosen on examples kept from training; else left out. */
  protocol?: Protocol;
  /** Name of the data set, 'imdb', 'imdb-synthetic', …. */
  dataset: string;
  /** Whether it was generated. */
  synthetic: boolean;
  /** Whether its files are byte for byte the published ones. */
  verified: boolean;
  /** Epochs completed. */
  epochs: number;
  /** Optimizer steps taken. */
  steps: number;
  /**
   * The steps from which a process went on with the run that another had left; none where one process
   * made it. Left out, as is the next, by runs older than it.
   */
  resumedFromSteps?: number[];
  /** Optimizer steps that all processes have taken: those too that were lost and taken again. */
  stepsExecuted?: number;
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

/** What a run is judged by. */
export const metricOf = ({ metric = 'accuracy' }: Pick<RunSummary, 'metric'>): Metric =>
  METRICS[metric];

/** The metric that an epoch's results or a step's event are in. */
export const metricIn = (values: Partial<Record<MetricName, number>>): Metric =>
  Object.values(METRICS).find(({ name }) => name in values) ?? METRICS.accuracy;

/** The name under which a value of a metric stands: `valAccuracy`. */
export function keyOf<Prefix extends 'val' | 'test' | 'bestVal' | 'finalVal'>(
  prefix: Prefix,
  { name }: Pick<Metric, 'name'>,
) {
  return `${prefix}${name[0].toUpperCase()}${name.slice(1)}` as `${Prefix}${Capitalize<MetricName>}`;
}

/** A run's result, whatever its metric; null what it has not come to. */
export function resultOf(summary: RunSummary): {
  best: number | null;
  final: number | null;
  test: number | null;
} {
  const metric = metricOf(summary);
  return {
    best: summary[keyOf('bestVal', metric)] ?? null,
    final: summary[keyOf('finalVal', metric)] ?? null,
    test: summary[keyOf('test', metric)] ?? null,
  };
}

/** A summary's part that says what came of a run. */
export function resultIn(epochs: EpochMetrics[], metric: Metric): Partial<RunSummary> {
  const values = epochs.map((epoch) => epoch[keyOf('val', metric)]!);
  const best = bestOf(metric, values);
  const test = best === null ? undefined : epochs[values.indexOf(best)][keyOf('test', metric)];
  return {
    [keyOf('bestVal', metric)]: best,
    [keyOf('finalVal', metric)]: values.at(-1) ?? null,
    ...(test !== undefined && { [keyOf('test', metric)]: test }),
  };
}
