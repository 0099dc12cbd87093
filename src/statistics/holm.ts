/** Several comparisons at once: of twenty intervals of 95 %, one misses by chance alone. */
import type { Sample } from './sample.js';
import { studentTail } from './student.js';

/** How probable a difference of at least this size is where there is none, by Student's t on both sides. */
export function pValue({ n, mean, sd }: Sample): number | null {
  if (sd === null) return null;
  if (sd === 0) return mean === 0 ? 1 : 0;
  return 2 * studentTail((Math.abs(mean) / sd) * Math.sqrt(n), n - 1);
}

/**
 * Which of several differences exclude zero when all are looked at: by Holm's step-down correction
 * (Scandinavian Journal of Statistics 6, 1979), the probability that one of them does so by chance is
 * at most 5 %. The smallest p-value must be below 0.05 / m, the next below 0.05 / (m − 1), … up to the
 * first that is not.
 */
export function excludeZeroTogether(differences: Sample[]): boolean[] {
  const ordered = differences
    .map((difference, index) => ({ index, p: pValue(difference) ?? 1 }))
    .sort((a, b) => a.p - b.p);
  const first = ordered.findIndex(({ p }, i) => p >= 0.05 / (ordered.length - i));
  const clear = new Set(ordered.slice(0, first < 0 ? undefined : first).map(({ index }) => index));
  return differences.map((_, index) => clear.has(index));
}
