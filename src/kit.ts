/**
 * The reproduction kit: experiments, runs, charts and reports, for Node.
 *
 * @module lazyahead/kit
 */
import './runtime/require-kit.js';

export type { Figure, Trace } from './charts/figure.js';
export { type HeatMap, type HeatMapCell, heatMapChart } from './charts/heat-map.js';
export { lossChart, validationChart } from './charts/learning-curves.js';
export {
  type ParameterChart,
  type ParameterPoint,
  parameterChart,
} from './charts/parameter-chart.js';
export { type RowLine, rowChart } from './charts/row-chart.js';
export { stepTimeChart } from './charts/step-time-chart.js';
export { type WalkChart, walkChart } from './charts/walk-chart.js';
export { type ZipfChart, zipfChart } from './charts/zipf-chart.js';
export type { DataOrigin, DataSource } from './data/data-origin.js';
export { DownloadError } from './data/download.js';
export {
  type ImdbData,
  type ImdbOptions,
  type ImdbSplit,
  loadImdb,
} from './data/imdb.js';
export { decodeReview, wordIndex } from './data/imdb-words.js';
export type { ObtainOptions } from './data/obtain.js';
export { inOrder, shuffled } from './experiments/batches.js';
export { EXPERIMENTS, type RunRequest, resolveConfig } from './experiments/config.js';
export type {
  Batch,
  Batches,
  DatasetInfo,
  Experiment,
  ExperimentData,
  Hyperparameters,
  HyperparameterValue,
  OptimizerRecipe,
  Preset,
  Protocol,
  RateSchedule,
  ReportedClaim,
  ReportedFigure,
  RunConfig,
  TrainingSet,
} from './experiments/experiment.js';
export type { Metric, MetricName, Score } from './experiments/metric.js';
export { ADAM_FAMILY } from './experiments/optimizers.js';
export { type Landscape, landscapeOf } from './illustrations/landscape.js';
export { type RowHistoryOptions, rowHistory } from './illustrations/row-history.js';
export { type SamplingOptions, samplingShares } from './illustrations/sampling-shares.js';
export { type StepTime, type StepTimesOptions, stepTimes } from './illustrations/step-times.js';
export { SURFACES, type Surface } from './illustrations/surfaces.js';
export {
  type Sync,
  type Walk,
  type WalkOptions,
  type WalkStop,
  walk,
} from './illustrations/walk.js';
export type { ClaimRow } from './report/claims.js';
export type { DifferenceRow } from './report/differences.js';
export type { Fact } from './report/environment.js';
export type { ReportContent, ReportSection } from './report/html.js';
export { reportMarkdown } from './report/markdown.js';
export { chartFiles } from './report/markdown-charts.js';
export { type ReportJson, reportJson, reportOn } from './report/report.js';
export {
  type Reproduced,
  type ReproductionRow,
  type ReproductionTable,
  reproductionTable,
} from './report/reproduction.js';
export { type ReportChart, sweepCharts } from './report/sweep-charts.js';
export { reproductionText } from './report/text.js';
export { writeReport } from './report/write.js';
export {
  type BackendInfo,
  type BackendName,
  type BackendOptions,
  startBackend,
} from './runtime/backend.js';
export { UsageError } from './runtime/errors.js';
export type { NativeLibrary } from './runtime/native.js';
export { deriveSeed, type RandomStream, randomStream } from './runtime/seeds.js';
export {
  optimizerFromSpec,
  optimizerToSpec,
  type Span,
  SpecError,
  type SpecOptions,
} from './spec/index.js';
export { type PairedDifference, pairedDifference } from './statistics/paired.js';
export {
  claimVerdict,
  type DifferenceVerdict,
  differenceVerdict,
  ENOUGH_PAIRS,
  ENOUGH_SEEDS,
  type FigureVerdict,
  figureVerdict,
} from './statistics/reproduced.js';
export { type Interval, type Sample, sampleOf } from './statistics/sample.js';
export type { Engine, EngineOptions, Trial, TrialEvent } from './sweeps/engine.js';
export { LocalEngine, type LocalOptions } from './sweeps/local.js';
export type {
  HyperparameterDistribution,
  KnownTrial,
  Pruner,
  Search,
  StudyRequest,
  TrialOutcome,
} from './sweeps/optuna/study.js';
export { Study } from './sweeps/optuna/study.js';
export { planSweep, planTrials, type SweepRequest } from './sweeps/plan.js';
export { runSearch } from './sweeps/search.js';
export type { SearchRecord, SearchRequest } from './sweeps/search-plan.js';
export type { HyperparameterRange, Space } from './sweeps/space.js';
export { type Outlook, type Progress, runSweep, type SweepOptions } from './sweeps/sweep.js';
export {
  type ResultKind,
  readSweep,
  type Sweep,
  SweepDirectory,
} from './sweeps/sweep-directory.js';
export type {
  EndEvent,
  EpochEvent,
  StartEvent,
  StepEvent,
  TrainingEvent,
} from './training/events.js';
export { type Prepared, type PrepareOptions, prepare } from './training/prepare.js';
export {
  type ReproduceOptions,
  type ReproduceRequest,
  type Reproduction,
  reproduce,
} from './training/reproduce.js';
export { type Rerun, rerun } from './training/rerun.js';
export type { EpochMetrics, RunResult, RunSummary } from './training/results.js';
export { type RunOptions, run } from './training/run.js';
export { readRun } from './training/run-files.js';
