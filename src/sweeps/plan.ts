/** From what is to be swept to the list of trials. */
import { createHash } from 'node:crypto';
import { experimentNamed, type RunRequest, resolveConfig } from '../experiments/config.js';
import type { Experiment, Hyperparameters } from '../experiments/experiment.js';
import type { BackendOptions } from '../runtime/backend.js';
import { UsageError } from '../runtime/errors.js';
import { didYouMean } from '../spec/nearest.js';
import {
  canonicalOptimizers,
  isWithoutLookahead,
  withoutLookahead,
} from '../training/comparison.js';
import { folderNameOf } from '../training/run.js';
import type { Trial } from './engine.js';
import { gridPoints, hyperparametersOf, randomPoints, requestAt, type Space } from './space.js';

/** What to try; everything else is the preset's, and the same for all. */
export interface SweepRequest extends Omit<RunRequest, 'optimizer' | 'seed'>, Partial<Space> {
  /** Names, or specs in canonical form. Default: those that the experiment compares. */
  optimizers?: string[];
  /** Every point is run once a seed. Default: 1. */
  seeds?: number[];
  /** Draws so many points at random instead of taking every one of the grid. */
  random?: number;
  /** Decides what is drawn. Default 1. */
  searchSeed?: number;
}

/**
 * The trials of a sweep as {@link planTrials} plans them, with specs in canonical form: that takes a
 * backend, on which models are made.
 *
 * @throws UsageError for a request that cannot be carried out.
 */
export async function planSweep(request: SweepRequest, options: BackendOptions): Promise<Trial[]> {
  const planned = planTrials(request).map((trial) => trial.request);
  const optimizers = await canonicalOptimizers(planned, options);
  return planTrials({ ...request, optimizers });
}

/**
 * The trials of a sweep, seed by seed, so that the whole of it is seen early; all are checked before
 * the first of them starts. Optimizers without Lookahead are run once where only `k` and `alpha` differ.
 *
 * @throws UsageError for a request that cannot be carried out.
 */
export function planTrials(request: SweepRequest): Trial[] {
  const { grid = {}, ranges = {}, random, searchSeed = 1, ...rest } = request;
  const { optimizers: asked, seeds = [1], ...shared } = rest;
  const experiment = experimentNamed(request.experiment);
  const optimizers = asked ?? experiment.compared;
  checkSpace({ grid, ranges }, random, experiment);
  for (const [what, list] of Object.entries({ optimizers, seeds })) {
    if (list.length === 0) {
      throw new UsageError(`The list of ${what} is empty: name one or more, or leave it out.`);
    }
  }
  const points =
    random === undefined
      ? gridPoints(grid)
      : randomPoints({ grid, ranges }, random, {
          seed: searchSeed,
          isWhole: (name) => isWhole(name, experiment),
        });
  const trials = new Map<string, Trial>();
  for (const seed of seeds) {
    for (const optimizer of optimizers) {
      for (const point of points) {
        const trial = trialAtPoint({ ...shared, optimizer, seed }, point, optimizers);
        trials.set(trial.id, trial);
      }
    }
  }
  return [...trials.values()];
}

/**
 * The trial at a point, without `k` and `alpha` as {@link isWithoutLookahead} says.
 *
 * @param compared - all optimizers of the sweep.
 * @throws UsageError for a configuration that cannot be.
 */
export function trialAtPoint(
  request: RunRequest,
  point: Hyperparameters,
  compared: string[],
): Trial {
  if (!isWithoutLookahead(request, compared)) return trialOf(requestAt(request, point), point);
  const parameters = withoutLookahead(point);
  return trialOf(requestAt(withoutLookahead(request), parameters), parameters);
}

/** With an id that tells its configuration. */
function trialOf(request: RunRequest, parameters: Hyperparameters): Trial {
  const config = resolveConfig(request);
  const hash = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 8);
  const id = `${folderNameOf(config.optimizer)}-seed${config.seed}-${hash}`;
  return { id, parameters, request: JSON.parse(JSON.stringify(request)) };
}

/** @throws UsageError for names or values that the experiment has not. */
export function checkSpace(
  { grid, ranges }: Space,
  random: number | undefined,
  experiment: Experiment,
) {
  const names = hyperparametersOf(experiment);
  for (const name of [...Object.keys(grid), ...Object.keys(ranges)]) {
    if (!names.includes(name)) throw new UsageError(unknownName(name, names));
    if (name in grid && name in ranges) {
      throw new UsageError(`${name} has both values and a range: leave one of them out.`);
    }
  }
  for (const [name, values] of Object.entries(grid)) {
    if (values.length === 0) throw new UsageError(`${name} has no values: write ${name}=1,2,3.`);
  }
  for (const [name, { from, to, log }] of Object.entries(ranges)) {
    if (!(from < to)) {
      throw new UsageError(
        `The range of ${name} goes from ${from} to ${to}: the first must be less.`,
      );
    }
    if (log && from <= 0) {
      throw new UsageError(
        `The range of ${name} has no logarithms: it must start above 0, not at ${from}.`,
      );
    }
  }
  if (random === undefined && Object.keys(ranges).length > 0) {
    throw new UsageError('Ranges are drawn from at random: say how many times with --random.');
  }
  if (random !== undefined && !(Number.isSafeInteger(random) && random > 0)) {
    throw new UsageError(`A random search draws a whole number of points from 1, not ${random}.`);
  }
}

function unknownName(name: string, names: string[]): string {
  if (name === 'optimizer' || name === 'seed') {
    return `${name} is not a hyperparameter: name several with --${name}s.`;
  }
  return `There is no hyperparameter "${name}"${didYouMean(name, names, '.')} Choose one of ${names.join(', ')}.`;
}

/** Whether a hyperparameter takes whole numbers alone. */
export function isWhole(name: string, { rates, positive = [] }: Experiment): boolean {
  return !['lr', 'alpha', ...rates, ...positive].includes(name);
}

/** `lookahead-adam, k 5, alpha 0.2, seed 1`. */
export const labelOf = ({ request, parameters }: Trial): string =>
  [
    request.optimizer,
    ...Object.entries(parameters).map(([name, value]) => `${name} ${value}`),
    `seed ${request.seed}`,
  ].join(', ');
