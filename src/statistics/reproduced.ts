/** When a reported figure counts as reproduced: a rule, not an adjective. */
import { isIn, type Sample } from './sample.js';

/** Runs from which a figure can be called reproduced or not. */
export const ENOUGH_SEEDS = 5;

/** Seeds on which one optimizer can be called better than another. */
export const ENOUGH_PAIRS = 3;

/** What runs say of one reported figure. */
export type FigureVerdict = 'reproduced' | 'not reproduced' | 'too few seeds';

/**
 * The rule for a figure reported from a single run: it is **reproduced** when it lies inside the
 * 95 % prediction interval for one more of our runs, that is, when it could have been one of them.
 *
 * Below {@link ENOUGH_SEEDS} runs that interval is so wide that it holds nearly every figure (with
 * two runs ± 15.6 standard deviations): the verdict is then 'too few seeds'.
 */
export function figureVerdict(reported: number, runs: Sample): FigureVerdict {
  if (runs.n < ENOUGH_SEEDS || runs.prediction === null) return 'too few seeds';
  return isIn(runs.prediction, reported) ? 'reproduced' : 'not reproduced';
}

/** What paired runs say of a reported difference. */
export type DifferenceVerdict =
  | 'reproduced in size'
  | 'reproduced in sign'
  | 'reproduced in sign, size untested'
  | 'undecided'
  | 'contradicted'
  | 'too few seeds';

/**
 * The rule for a reported difference between two optimizers. It is **reproduced in sign** when our
 * paired difference has its sign and a 95 % confidence interval that excludes zero, and **reproduced
 * in size** when, besides, the reported size lies inside the 95 % prediction interval for one more
 * pair, of at least {@link ENOUGH_SEEDS}; by fewer its size is untested.
 *
 * An interval that holds zero leaves it undecided; one that excludes zero on the other side
 * contradicts it. Fewer than {@link ENOUGH_PAIRS} are too few seeds.
 */
export function differenceVerdict(reported: number, pairs: Sample): DifferenceVerdict {
  const { n, mean, confidence, prediction } = pairs;
  if (n < ENOUGH_PAIRS || confidence === null || prediction === null) return 'too few seeds';
  if (isIn(confidence, 0)) return 'undecided';
  if (Math.sign(mean) !== Math.sign(reported)) return 'contradicted';
  if (n < ENOUGH_SEEDS) return 'reproduced in sign, size untested';
  return isIn(prediction, reported) ? 'reproduced in size' : 'reproduced in sign';
}

/**
 * The rule for the claim that runs come out above a figure consistently: it is **reproduced** when each
 * of at least {@link ENOUGH_SEEDS} does.
 *
 * @param n - how many runs there are.
 * @param above - how many of them do.
 */
export function claimVerdict(n: number, above: number): FigureVerdict {
  if (n < ENOUGH_SEEDS) return 'too few seeds';
  return above === n ? 'reproduced' : 'not reproduced';
}

/** By the 95 % interval of a difference, on which side of zero it is; `open` where that holds zero. */
export function sideOf(
  { n, mean, confidence }: Sample,
  better: 'higher' | 'lower',
): 'better' | 'worse' | 'open' | 'too few seeds' {
  if (n < ENOUGH_PAIRS || confidence === null) return 'too few seeds';
  if (isIn(confidence, 0)) return 'open';
  return mean > 0 === (better === 'higher') ? 'better' : 'worse';
}

/** The rules in the words of a report. */
export const RULE =
  `A single reported figure is reproduced when it lies inside the 95 % prediction interval for one ` +
  `more run, from at least ${ENOUGH_SEEDS} seeds. A reported difference is reproduced in sign when ` +
  `the difference on the same seeds, at least ${ENOUGH_PAIRS}, has its sign and a 95 % confidence interval that ` +
  `excludes zero, and in size when, by at least ${ENOUGH_SEEDS} seeds, the reported size also lies inside the ` +
  `prediction interval for one more pair: our runs are compatible with it, which the wider their ` +
  `interval is says the less. That runs come out above a figure consistently is reproduced when each of ` +
  `at least ${ENOUGH_SEEDS} does. Differences are ` +
  `taken seed by seed, for a seed decides first weights and the order of examples for both; how much narrower ` +
  `that makes an interval differs, on IMDB it is hardly any. Intervals are Student's t over seeds, each of 95 % ` +
  `by itself: of twenty, one misses by chance alone, so where several differences are looked at Holm's ` +
  `correction is given too. They say what other seeds would give on the ` +
  `same validation and test examples, not on others.`;
