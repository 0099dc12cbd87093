/** What a sweep varies, and between which values. */

import type { RunRequest } from '../experiments/config.js';
import type {
  Experiment,
  Hyperparameters,
  HyperparameterValue,
} from '../experiments/experiment.js';
import { randomStream } from '../runtime/seeds.js';

/** Numbers from `from` to `to`, as likely as one another, or with `log` their logarithms. */
export interface HyperparameterRange {
  from: number;
  to: number;
  log?: boolean;
}

/** Hyperparameters by name: values to try, or a range to draw from. */
export interface Space {
  grid: Record<string, HyperparameterValue[]>;
  ranges: Record<string, HyperparameterRange>;
}

/** Hyperparameters that a request has beside those of its settings. */
const OWN = ['lr', 'k', 'alpha', 'epochs', 'batchSize'] as const;

/** What a sweep of the experiment can vary. */
export const hyperparametersOf = ({ defaults }: Experiment): string[] => [
  ...OWN,
  ...Object.keys(defaults.settings),
];

/** The request with a point's values put in. */
export function requestAt(request: RunRequest, point: Hyperparameters): RunRequest {
  const own = Object.entries(point).filter(([name]) => isOwn(name));
  const settings = Object.entries(point).filter(([name]) => !isOwn(name));
  return {
    ...request,
    ...Object.fromEntries(own),
    ...(settings.length > 0 && {
      settings: { ...request.settings, ...Object.fromEntries(settings) },
    }),
  };
}

const isOwn = (name: string) => (OWN as readonly string[]).includes(name);

/** Every combination of the grid's values, the last name varying fastest. */
export function gridPoints(grid: Space['grid']): Hyperparameters[] {
  return Object.entries(grid).reduce<Hyperparameters[]>(
    (points, [name, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}

/**
 * Distinct points drawn at random: from the ranges, and from the grid's values as likely as one
 * another. The first ones are the same whatever `n`, so that a search can be made longer.
 *
 * @returns `n` points, or fewer where there are not so many.
 */
export function randomPoints(
  space: Space,
  n: number,
  { seed, isWhole }: { seed: number; isWhole: (name: string) => boolean },
): Hyperparameters[] {
  const points = new Map<string, Hyperparameters>();
  // A small space is exhausted long before a hundred draws a point.
  for (let draw = 0; points.size < n && draw < 100 * n; draw++) {
    const point: Hyperparameters = {};
    for (const [name, values] of Object.entries(space.grid)) {
      point[name] = values[randomStream(seed, 'search', draw, name).integer(values.length)];
    }
    for (const [name, range] of Object.entries(space.ranges)) {
      const share = randomStream(seed, 'search', draw, name).uniform();
      point[name] = numberIn(range, share, isWhole(name));
    }
    points.set(JSON.stringify(point), point);
  }
  return [...points.values()];
}

/** The number at a share from 0 to below 1 of a range. */
function numberIn(
  { from, to, log = false }: HyperparameterRange,
  share: number,
  whole: boolean,
): number {
  // Whole numbers at both ends are to be as likely as those between.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to];
  const x = log ? low * (high / low) ** share : low + share * (high - low);
  return whole ? Math.min(to, Math.max(from, Math.round(x))) : roundedWithin({ from, to }, x);
}

/** Three digits decide as well as sixteen, and can be read and typed. */
export const roundedWithin = ({ from, to }: HyperparameterRange, x: number): number =>
  Math.min(to, Math.max(from, Number(x.toPrecision(3))));
