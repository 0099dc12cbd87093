/** Several runs of one experiment: optimizers × seeds. */
import { join } from 'node:path';
import { experimentNamed, type RunRequest, resolveConfig } from '../experiments/config.js';
import type { RunConfig } from '../experiments/experiment.js';
import { isSpec } from '../experiments/optimizers.js';
import { UsageError } from '../runtime/errors.js';
import { prepare } from './prepare.js';
import type { RunResult } from './results.js';
import {
  folderNameOf,
  type RunOptions,
  run,
  timeStamp,
  WITHOUT_DIRECTORY,
  withCanonicalSpec,
} from './run.js';
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
  const { k, alpha, ...shared } = request;
  const experiment = experimentNamed(request.experiment);
  const optimizers = distinct('optimizers', request.optimizers ?? experiment.compared);
  const seeds = distinct('seeds', request.seeds ?? [1]);
  const hasLookahead = (name: string) => experiment.optimizers[name]?.lookahead;
  // Optimizers without slow weights stand beside those with; alone they are refused, as by run().
  // Specs are always refused: a comparison in which some follow `k` and some do not misleads.
  const mixed = optimizers.some(hasLookahead);
  const isWithout = (name: string) => mixed && !hasLookahead(name) && !isSpec(name);
  const requests = seeds.flatMap((seed) =>
    optimizers.map((optimizer) => ({
      ...shared,
      optimizer,
      seed,
      ...(isWithout(optimizer) ? {} : { k, alpha }),
    })),
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
  const plan = await canonicalPlan(planReproduction(request), options);
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

/** The plan with specs in canonical form, without the runs that are then planned twice. */
async function canonicalPlan(plan: RunRequest[], options: RunOptions): Promise<RunRequest[]> {
  const canonical = new Map<string, string>();
  for (const request of plan) {
    if (!canonical.has(request.optimizer)) {
      const { optimizer } = await withCanonicalSpec(resolveConfig(request), options);
      canonical.set(request.optimizer, optimizer);
    }
  }
  const runs = plan.map((run) => ({ ...run, optimizer: canonical.get(run.optimizer)! }));
  return [...new Map(runs.map((run) => [`${run.optimizer} ${run.seed}`, run])).values()];
}

function distinct<T>(what: string, values: T[]): T[] {
  if (values.length === 0) {
    throw new UsageError(`The list of ${what} is empty: name one or more, or leave it out.`);
  }
  return [...new Set(values)];
}
