import { type Sample, sampleOf } from './sample.js';

/** How two groups of runs differ on the seeds that both have. */
export interface PairedDifference extends Sample {
  /** The seeds of both, ascending. */
  seeds: number[];
}

/**
 * The differences `a − b` on equal seeds. What a seed decides for both alike, the first weights and
 * the order of the examples, is gone from a difference; how much that is differs, and on IMDB it is
 * little.
 *
 * @param a - a value a seed, as is `b`.
 * @returns null where no seed is in both.
 */
export function pairedDifference(
  a: Map<number, number>,
  b: Map<number, number>,
): PairedDifference | null {
  const seeds = [...a.keys()].filter((seed) => b.has(seed)).sort((x, y) => x - y);
  const sample = sampleOf(seeds.map((seed) => a.get(seed)! - b.get(seed)!));
  return sample && { ...sample, seeds };
}
