/** A run from configuration to summary. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { EXPERIMENTS, overridesOf, type RunRequest, resolveConfig } from '../experiments/config.js';
import type { RunConfig } from '../experiments/experiment.js';
import { METRICS } from '../experiments/metric.js';
import { isSpec, makeOptimizer } from '../experiments/optimizers.js';
import { learningRateOf } from '../optimizers/learning-rate.js';
import { disposeOptimizer } from '../optimizers/slots.js';
import { disposeStepCounter } from '../optimizers/state.js';
import { startBackend } from '../runtime/backend.js';
import { cellApi } from '../runtime/cell-api.js';
import { describeEnvironment } from '../runtime/environment.js';
import { UsageError } from '../runtime/errors.js';
import { optimizerToSpec } from '../spec/index.js';
import { checkSaving, Saver, type SavingOptions } from './checkpoints/saver.js';
import { type Estimate, estimateRun, estimateText } from './estimate.js';
import type { EndEvent, TrainingEvent } from './events.js';
import { type Prepared, type PrepareOptions, prepare } from './prepare.js';
import { type RunResult, type RunSummary, resultIn } from './results.js';
import { RunDirectory } from './run-directory.js';
import { readRun } from './run-files.js';
import { train } from './train.js';

/** How a run is watched, where it goes and what it runs on. */
export interface RunOptions extends PrepareOptions, SavingOptions {
  /** The run's directory; default `runs/EXPERIMENT-OPTIMIZER-PRESET-seedN-TIME`. */
  runDir?: string;
  /**
   * Ends the run after the current step; it is then summed up as interrupted. In a notebook's cell by
   * default the signal of its interruption.
   */
  signal?: AbortSignal;
  /** Told of every step, every epoch and the end. */
  onEvent?: (event: TrainingEvent) => void;
  /** A backend and data that {@link prepare} gave for a configuration with the same data. */
  prepared?: Prepared;
  /**
   * Goes on with the run that `runDir` holds, from its newest checkpoint, to the same weights and
   * metrics, bit for bit, as if it had never stopped. A run that came to its end is handed back as it
   * is; where there is none, it is begun.
   */
  resume?: boolean;
}

/**
 * Trains what the request asks for and leaves a run directory.
 *
 * @returns the run as {@link readRun} would read it, completed or not.
 * @throws UsageError for a request that cannot be carried out; Error when data or backend cannot
 *   be had, or the signal came before training started. Neither leaves a directory.
 *
 * @example
 * const { summary } = await run({ experiment: 'imdb', optimizer: 'lazy-adam', preset: 'smoke' });
 * console.log(summary.bestValAccuracy);
 */
export function run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
  const cell = cellApi();
  const work = start(request, { ...options, signal: options.signal ?? cell?.interrupted() });
  cell?.finishes(work);
  return work;
}

async function start(request: RunRequest, options: RunOptions): Promise<RunResult> {
  const { runDir, resume, onEvent, onStatus } = options;
  if (resume && runDir === undefined) {
    throw new UsageError(WITHOUT_DIRECTORY);
  }
  const config = await withCanonicalSpec(resolveConfig(request), options);
  const experiment = EXPERIMENTS[config.experiment];
  checkSaving(options);
  const directory = new RunDirectory(runDir ?? defaultDirectory(config), resume);
  try {
    directory.refuseOther(config);
    if (directory.ended !== null && directory.ended !== 'interrupted') {
      onStatus?.(`The run in ${directory.path} came to its end before: ${directory.ended}.`);
      onEvent?.({ type: 'end', status: directory.ended });
      return readRun(directory.path);
    }
    const prepared = options.prepared ?? (await prepare(config, options));
    const every = options.checkpointEvery ?? experiment.presets[config.preset].checkpointEvery;
    return await carryOut(config, prepared, directory, { ...options, checkpointEvery: every });
  } finally {
    directory.close();
  }
}

/** What is wrong with resuming nothing in particular. */
export const WITHOUT_DIRECTORY =
  'Without a run directory there is nothing to resume: name it with --run-dir.';

/** A run whose data are there, from its first step or its newest checkpoint on. */
async function carryOut(
  config: RunConfig,
  { backend, data }: Prepared,
  directory: RunDirectory,
  options: RunOptions,
): Promise<RunResult> {
  const { signal, onEvent, onStatus } = options;
  const experiment = EXPERIMENTS[config.experiment];
  const metric = METRICS[experiment.metric];
  if (experiment.presets[config.preset].long && directory.config === null) {
    onStatus?.(`${config.optimizer}: ${estimateText(estimate(config, data))}.`);
  }
  const model = experiment.build(config);
  const optimizer = makeOptimizer(config, experiment, model);
  let ended: EndEvent['status'] = 'failed';
  try {
    const spec = optimizerToSpec(optimizer, { model });
    const recorded = { ...config, spec, dataset: data.info };
    directory.refuseOther(recorded);
    // A spec's rate too, for the sentence that says what a run diverged with.
    const lr = learningRateOf(optimizer);
    const trained = { model, optimizer };
    const saver = new Saver(directory, trained, metric, options);
    const from = await saver.restore();
    if (directory.config !== null) {
      onStatus?.(`The run in ${directory.path} goes on from step ${from?.position.steps ?? 0}.`);
    }
    const differences = directory.begin(recorded, describeEnvironment(backend), {
      steps: from?.position.steps ?? 0,
      sizes: from?.logs ?? {},
    });
    if (differences.length > 0) {
      onStatus?.(
        `It was begun in another environment, so its numbers may differ in their last bits: ${differences.join('; ')}.`,
      );
    }
    const { name: dataset, synthetic } = data.info;
    const { preset, seed } = config;
    onEvent?.({ type: 'start', metric: experiment.metric, preset, seed, dataset, synthetic });
    const outcome = await train(
      { experiment, config: { ...config, lr }, data, model, optimizer },
      {
        signal,
        from: from?.position,
        onStep: (step, loss) => directory.addStep(step, loss),
        onEvent(event) {
          if (event.type === 'epoch') {
            directory.addEpoch(event.metrics);
          }
          onEvent?.(event);
        },
        onPosition: (at, when) => saver.reach(at, when),
      },
    );
    const { metrics, status, message, steps, weightsSha256, seconds } = outcome;
    const summary: RunSummary = {
      experiment: config.experiment,
      optimizer: config.optimizer,
      metric: experiment.metric,
      spec,
      preset: config.preset,
      overrides: overridesOf(config),
      seed: config.seed,
      protocol: config.protocol,
      dataset: data.info.name,
      synthetic: data.info.synthetic,
      verified: data.info.verified,
      epochs: metrics.length,
      steps,
      ...directory.effort(steps),
      ...resultIn(metrics, metric),
      weightsSha256,
      seconds,
      backend: backend.name,
      status,
      message,
    };
    if (status !== 'interrupted') {
      saver.finish(steps, metrics);
    }
    directory.end(summary);
    ended = status;
    return { directory: directory.path, summary, metrics };
  } finally {
    onEvent?.({ type: 'end', status: ended });
    disposeStepCounter(optimizer);
    disposeOptimizer(optimizer);
    model.dispose();
  }
}

/** How long a run takes, by first steps of a model of their own. */
function estimate(config: RunConfig, data: Prepared['data']): Estimate {
  const experiment = EXPERIMENTS[config.experiment];
  const model = experiment.build(config);
  const optimizer = makeOptimizer(config, experiment, model);
  try {
    return estimateRun({ experiment, config, data, model, optimizer });
  } finally {
    disposeOptimizer(optimizer);
    model.dispose();
  }
}

/**
 * The configuration with its spec in canonical form: equal optimizers are then equal texts. One by
 * name is left as it is.
 *
 * @throws UsageError for a spec that describes no optimizer of the experiment's model; what
 *   {@link startBackend} throws.
 */
export async function withCanonicalSpec(
  config: RunConfig,
  options: RunOptions,
): Promise<RunConfig> {
  if (!isSpec(config.optimizer)) {
    return config;
  }
  // Before data are loaded, which may take minutes: a mistyped spec should be told at once.
  if (options.prepared === undefined) {
    await startBackend(options);
  }
  const experiment = EXPERIMENTS[config.experiment];
  const model = experiment.build(config);
  try {
    const optimizer = makeOptimizer(config, experiment, model);
    const spec = optimizerToSpec(optimizer, { model });
    disposeOptimizer(optimizer);
    return { ...config, optimizer: spec };
  } finally {
    model.dispose();
  }
}

/**
 * An optimizer in the name of a folder: its name, or the functions of its canonical spec and the
 * start of the spec's SHA-256, as `lookahead-lazy-adam-1f0c29ab`.
 */
export function folderNameOf(optimizer: string): string {
  if (!isSpec(optimizer)) {
    return optimizer;
  }
  const functions = optimizer.match(/\w+(?=\()/g) ?? [];
  const hash = createHash('sha256').update(optimizer).digest('hex').slice(0, 8);
  return `${functions.join('-').slice(0, 60)}-${hash}`;
}

/** `2026-11-22T17-05-01-123Z`: a time that every file system takes as a name. */
export const timeStamp = () => new Date().toISOString().replace(/[:.]/g, '-');

function defaultDirectory({ experiment, optimizer, preset, seed }: RunConfig): string {
  const name = `${experiment}-${folderNameOf(optimizer)}-${preset}-seed${seed}`;
  return join('runs', `${name}-${timeStamp()}`);
}
