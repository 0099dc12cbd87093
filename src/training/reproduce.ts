/** Several runs of one experiment: optimizers × seeds. */
import { join } from 'node:path';
import { experimentNamed, type RunRequest, resolveConfig } from '../experiments/config.js';
import type { RunConfig } from '../experiments/experiment.js';
import { UsageError } from '../runtime/errors.js';
import { canonicalOptimizers, isWithoutLookahead, withoutLookahead } from './comparison.js';
import { prepare } from './prepare.js';
import type { RunResult } from './results.js';
import { folderNameOf, type RunOptions, run, timeStamp, WITHOUT_DIRECTORY } from './run.js';
import { refuseUsed } from './run-directory.js';

/** What to compare: everything else is the preset's, and the same for all. */
export interface ReproduceRequest extends Omit<RunRequest, 'optimizer' | 'seed'> {
  /** Names or specs. Default: those that the experiment compares. One given twice is run once. */
  optimizers?: string[];
  /** Default: 1. A seed given twice is run once. */
  seeds?: number[];
}

/** How the runs are watched, and where they go. */
export interface ReproduceOptions extends Omit<RunOptions, 'runDir' | 'onEvent' | 'prepared'> {
  /** Holds a directory a run; default `runs/reproduce-EXPERIMENT-PRESET-TIME`. */
  runDir?: string;
  /** Called before each run; the result, if any, watches it. */
  onRun?: (config: RunConfig, index: number, total: number) => RunOptions['onEvent'];
}

/** What a reproduction left. */
export interface Reproduction {
  directory: string;
  /** In the order in which they were made. */
  runs: RunResult[];
  /** The error that ended it after the first run; the runs before it are whole. */
  error?: unknown;
}

/**
 * The runs that are to be made, checked before the first of them starts.
 *
 * @throws UsageError for a request that cannot be carried out.
 */
export function planReproduction(request: ReproduceRequest): RunRequest[] {
  const { optimizers: asked, seeds: given, ...shared } = request;
  const optimizers = distinct('optimizers', asked ?? experimentNamed(request.experiment).compared);
  const seeds = distinct('seeds', given ?? [1]);
  const requests = seeds.flatMap((seed) =>
    optimizers.map((optimizer) => {
      const own = { ...shared, optimizer, seed };
      return isWithoutLookahead(own, optimizers) ? withoutLookahead(own) : own;
    }),
  );
  requests.forEach(resolveConfig);
  return requests;
}

/**
 * Runs every optimizer with every seed, one after the other, on data loaded once.
 *
 * @returns the runs; when the signal ends it, those made so far, the last one interrupted; when a
 *   later run fails, those before it and the error.
 * @throws UsageError for a request that cannot be carried out, before any run; the first run's
 *   error.
 */
export async function reproduce(
  request: ReproduceRequest,
  options: ReproduceOptions = {},
): Promise<Reproduction> {
  if (options.resume && options.runDir === undefined) {
    throw new UsageError(WITHOUT_DIRECTORY);
  }
  const optimizers = await canonicalOptimizers(planReproduction(request), options);
  const plan = planReproduction({ ...request, optimizers });
  const configs = plan.map(resolveConfig);
  const directory =
    options.runDir ??
    join('runs', `reproduce-${request.experiment}-${configs[0].preset}-${timeStamp()}`);
  const directories = configs.map(({ optimizer, seed }) =>
    join(directory, `${folderNameOf(optimizer)}-seed${seed}`),
  );
  if (!options.resume) {
    directories.forEach(refuseUsed);
  }
  const prepared = await prepare(configs[0], options);
  const runs: RunResult[] = [];
  for (const [index, config] of configs.entries()) {
    const onEvent = options.onRun?.(config, index, plan.length);
    try {
      runs.push(
        await run(plan[index], { ...options, prepared, runDir: directories[index], onEvent }),
      );
    } catch (error) {
      if (index === 0) {
        throw error;
      }
      return { directory, runs, error };
    }
    if (runs[index].summary.status === 'interrupted') {
      break;
    }
  }
  return { directory, runs };
}

function distinct<T>(what: string, values: T[]): T[] {
  if (values.length === 0) {
    throw new UsageError(`The list of ${what} is empty: name one or more, or leave it out.`);
  }
  return [...new Set(values)];
}
