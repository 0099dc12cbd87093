/**
 * The reproduction kit: experiments, runs, charts and reports, for Node.
 *
 * @packageDocumentation
 */
export type { Figure } from './charts/figure.js';
export {
  lossChart,
  validationChart,
  /** The chart's name in notebooks from before there were experiments with other metrics. */
  validationChart as validationAccuracyChart,
} from './charts/learning-curves.js';
export { EXPERIMENTS, type RunRequest, resolveConfig } from './experiments/config.js';
export type { Experiment, Preset, ReportedFigure, RunConfig } from './experiments/experiment.js';
export {
  type ReproductionRow,
  type ReproductionTable,
  reproductionTable,
} from './report/reproduction.js';
export { reproductionText } from './report/text.js';
export { writeReport } from './report/write.js';
export { type BackendInfo, startBackend } from './runtime/backend.js';
export { optimizerFromSpec, optimizerToSpec, SpecError, type SpecOptions } from './spec/index.js';
export type { TrainingEvent } from './training/events.js';
export { type ReproduceOptions, type ReproduceRequest, reproduce } from './training/reproduce.js';
export type { EpochMetrics, RunResult, RunSummary } from './training/results.js';
export { type RunOptions, run } from './training/run.js';
export { readRun } from './training/run-directory.js';
