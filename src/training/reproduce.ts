/** Several runs of one experiment: optimizers × seeds. */
import { join } from 'node:path';
import { experimentNamed, type RunRequest, resolveConfig } from '../experiments/config.js';
import type { RunConfig } from '../experiments/experiment.js';
import type { RunResult } from './results.js';
import { type RunOptions, run, timeStamp } from './run.js';

/** What to compare: everything else is the preset's, and the same for all. */
export interface ReproduceRequest extends Omit<RunRequest, 'optimizer' | 'seed'> {
  /** Default: those that the experiment compares. */
  optimizers?: string[];
  /** Default: 1. */
  seeds?: number[];
}

/** How the runs are watched, and where they go. */
export interface ReproduceOptions extends Omit<RunOptions, 'runDir' | 'onEvent'> {
  /** Holds a directory a run; default `runs/reproduce-EXPERIMENT-PRESET-TIME`. */
  runDir?: string;
  /** Called before each run; the result, if any, watches it. */
  onRun?: (config: RunConfig, index: number, total: number) => RunOptions['onEvent'];
}

/** The runs that are to be made, checked before the first of them starts. */
export function planReproduction(request: ReproduceRequest): RunRequest[] {
  const { optimizers, seeds = [1], k, alpha, ...shared } = request;
  const experiment = experimentNamed(request.experiment);
  const requests = seeds.flatMap((seed) =>
    (optimizers ?? experiment.compared).map((optimizer) => ({
      ...shared,
      optimizer,
      seed,
      // Optimizers without slow weights stand beside those with other k and alpha unchanged.
      ...(experiment.optimizers[optimizer]?.lookahead === false ? {} : { k, alpha }),
    })),
  );
  requests.forEach(resolveConfig);
  return requests;
}

/**
 * Runs every optimizer with every seed, one after the other.
 *
 * @returns the runs; when the signal ends it, those made so far, the last one interrupted.
 * @throws UsageError for a request that cannot be carried out, before any run.
 */
export async function reproduce(
  request: ReproduceRequest,
  options: ReproduceOptions = {},
): Promise<{ directory: string; runs: RunResult[] }> {
  const plan = planReproduction(request);
  const { preset } = resolveConfig(plan[0]);
  const directory =
    options.runDir ?? join('runs', `reproduce-${request.experiment}-${preset}-${timeStamp()}`);
  const runs: RunResult[] = [];
  for (const [index, each] of plan.entries()) {
    const config = resolveConfig(each);
    runs.push(
      await run(each, {
        ...options,
        runDir: join(directory, `${config.optimizer}-seed${config.seed}`),
        onEvent: options.onRun?.(config, index, plan.length),
      }),
    );
    if (runs[index].summary.status === 'interrupted') {
      break;
    }
  }
  return { directory, runs };
}
