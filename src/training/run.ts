/** A run from configuration to summary. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { EXPERIMENTS, overridesOf, type RunRequest, resolveConfig } from '../experiments/config.js';
import type { RunConfig } from '../experiments/experiment.js';
import { METRICS } from '../experiments/metric.js';
import { isSpec, makeOptimizer } from '../experiments/optimizers.js';
import { learningRateOf } from '../optimizers/learning-rate.js';
import { disposeOptimizer } from '../optimizers/slots.js';
import { startBackend } from '../runtime/backend.js';
import { describeEnvironment } from '../runtime/environment.js';
import { optimizerToSpec } from '../spec/index.js';
import { type Estimate, estimateRun, estimateText } from './estimate.js';
import type { EndEvent, TrainingEvent } from './events.js';
import { type Prepared, type PrepareOptions, prepare } from './prepare.js';
import { type RunResult, type RunSummary, resultIn } from './results.js';
import { RunDirectory } from './run-directory.js';
import { train } from './train.js';

/** How a run is watched, where it goes and what it runs on. */
export interface RunOptions extends PrepareOptions {
  /** The run's directory; default `runs/EXPERIMENT-OPTIMIZER-PRESET-seedN-TIME`. */
  runDir?: string;
  /** Ends the run after the current step; it is then summed up as interrupted. */
  signal?: AbortSignal;
  onEvent?: (event: TrainingEvent) => void;
  /** A backend and data that {@link prepare} gave for a configuration with the same data. */
  prepared?: Prepared;
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
export async function run(request: RunRequest, options: RunOptions = {}): Promise<RunResult> {
  const config = await withCanonicalSpec(resolveConfig(request), options);
  const experiment = EXPERIMENTS[config.experiment];
  const directory = new RunDirectory(options.runDir ?? defaultDirectory(config));
  let prepared: Prepared;
  try {
    prepared = options.prepared ?? (await prepare(config, options));
  } catch (error) {
    directory.discard();
    throw error;
  }
  const { backend, data } = prepared;
  if (experiment.presets[config.preset].long) {
    options.onStatus?.(`${config.optimizer}: ${estimateText(estimate(config, data))}.`);
  }
  const model = experiment.build(config);
  const optimizer = makeOptimizer(config, experiment, model);
  const spec = optimizerToSpec(optimizer, { model });
  directory.begin({ ...config, spec, dataset: data.info }, describeEnvironment(backend));
  let ended: EndEvent['status'] = 'failed';
  try {
    // A spec's rate too, for the sentence that says what a run diverged with.
    const lr = learningRateOf(optimizer);
    const outcome = await train(
      { experiment, config: { ...config, lr }, data, model, optimizer },
      {
        signal: options.signal,
        onStep: (step, loss) => directory.addStep(step, loss),
        onEvent(event) {
          if (event.type === 'epoch') {
            directory.addEpoch(event.metrics);
          }
          options.onEvent?.(event);
        },
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
      dataset: data.info.name,
      synthetic: data.info.synthetic,
      verified: data.info.verified,
      epochs: metrics.length,
      steps,
      ...resultIn(metrics, METRICS[experiment.metric]),
      weightsSha256,
      seconds,
      backend: backend.name,
      status,
      message,
    };
    directory.end(summary);
    ended = status;
    return { directory: directory.path, summary, metrics };
  } finally {
    options.onEvent?.({ type: 'end', status: ended });
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
