/** Optimizers against what they wrap, on equal seeds. */

import { isSweep } from '../charts/cells.js';
import type { Hyperparameters } from '../experiments/experiment.js';
import { excludeZeroTogether } from '../statistics/holm.js';
import { type PairedDifference, pairedDifference } from '../statistics/paired.js';
import {
  type DifferenceVerdict,
  differenceVerdict,
  ENOUGH_PAIRS,
} from '../statistics/reproduced.js';
import { partsOf } from './contrasts.js';
import type { ReproductionRow } from './reproduction.js';

/** `optimizer` minus `baseline`, in the table's metric. */
export interface DifferenceRow {
  optimizer: string;
  baseline: string;
  /** Of what varies, what each has, as in the table's rows. */
  parameters: Hyperparameters;
  baselineParameters: Hyperparameters;
  /** Whether of all that an optimizer is compared with this is the most like it. */
  isNearest: boolean;
  /**
   * Whether the two differ in nothing but what has been taken away, by their specs: where a learning
   * rate differs too, the difference is not that of a wrapper. Null for runs older than their specs.
   */
  isControlled: boolean | null;
  /** Of the best epochs, of what these come to on test data, or of the last epochs. */
  on: 'validation' | 'test' | 'last';
  pairs: PairedDifference;
  /** The difference of the reported figures; null where not both have one. */
  reported: number | null;
  /** By the rule; null without a reported difference, or where it cannot be compared. */
  verdict: DifferenceVerdict | null;
  /**
   * With how many others it is looked at, itself included, and whether it excludes zero by Holm's
   * correction for so many: of a table those of the same data, of a sweep those of the same
   * two optimizers. Null for fewer than {@link ENOUGH_PAIRS} seeds, and where it is the only one.
   */
  together: { of: number; excludesZero: boolean } | null;
}

/** What differences are taken from. */
interface Basis {
  judgedOn: 'validation' | 'test';
  /** Whether the best epoch is chosen on the very data that it is judged on. */
  isChosenOnTest: boolean;
  /** Whether the runs are what was reported. */
  comparable: boolean;
  /** An optimizer's values in the preset itself. */
  presetOf(optimizer: string): Hyperparameters;
}

/**
 * Each optimizer against all that is left of it without a wrapper or an option, where seeds are
 * shared; one of which nothing is there, against the first. In a sweep each cell against the nearest
 * of these with the same values, and where one hyperparameter varies also against the preset's own
 * value. On validation data, where test data decide, only what was reported is compared. Where the best
 * epoch is chosen on test data, optimizers are compared at the last epoch too, at which nothing is.
 */
export function differenceRows(rows: ReproductionRow[], basis: Basis): DifferenceRow[] {
  const ofSweep = isSweep(rows);
  const pairs = ofSweep ? sweepPairs(rows, basis) : rows.flatMap((row) => plainPairs(row, rows));
  const on = (where: DifferenceRow['on']) =>
    withCorrection(
      pairs.flatMap((pair) => differenceOn(where, pair, basis.comparable)),
      ofSweep,
    );
  if (basis.judgedOn === 'test') {
    return [...on('validation').filter(({ verdict }) => verdict !== null), ...on('test')];
  }
  const best = on('validation');
  const last = basis.isChosenOnTest && !ofSweep ? on('last') : [];
  // Where each best epoch is the last one the same would be said twice.
  return [...best, ...last.filter(({ pairs }, i) => pairs.mean !== best[i].pairs.mean)];
}

/** Differences of the same data, with what Holm's correction makes of those that belong together. */
function withCorrection(rows: Uncorrected[], ofSweep: boolean): DifferenceRow[] {
  const isAlike = (a: Uncorrected, b: Uncorrected) =>
    !ofSweep || (a.optimizer === b.optimizer && a.baseline === b.baseline);
  return rows.map((row) => {
    const family = rows.filter((other) => isAlike(row, other) && other.pairs.n >= ENOUGH_PAIRS);
    const own = family.indexOf(row);
    if (own < 0 || family.length < 2) return { ...row, together: null };
    const excludesZero = excludeZeroTogether(family.map(({ pairs }) => pairs))[own];
    return { ...row, together: { of: family.length, excludesZero } };
  });
}

type Uncorrected = Omit<DifferenceRow, 'together'>;

interface Pair {
  row: ReproductionRow;
  baseline: ReproductionRow;
  isNearest: boolean;
}

function plainPairs(row: ReproductionRow, rows: ReproductionRow[]): Pair[] {
  const parts = partsOf(row.optimizer).flatMap(
    (part) => rows.find(({ optimizer }) => optimizer === part) ?? [],
  );
  const others = parts.length > 0 ? parts : rows.slice(0, 1).filter((first) => first !== row);
  return others.map((baseline, i) => ({ row, baseline, isNearest: i === 0 }));
}

function sweepPairs(rows: ReproductionRow[], { presetOf }: Basis): Pair[] {
  const names = new Set(rows.flatMap(({ parameters }) => Object.keys(parameters)));
  return rows.flatMap((row) => {
    const alike = partsOf(row.optimizer).flatMap(
      (part) =>
        rows.find(
          ({ optimizer, parameters }) => optimizer === part && isWithin(parameters, row.parameters),
        ) ?? [],
    );
    const own = rows.find(
      ({ optimizer, parameters }) =>
        optimizer === row.optimizer && isWithin(parameters, presetOf(optimizer)),
    );
    const preset = names.size === 1 && own !== row ? own : undefined;
    return [...alike.slice(0, 1), ...(preset ? [preset] : [])].map((baseline, i) => ({
      ...{ row, baseline, isNearest: i === 0 },
    }));
  });
}

const isWithin = (some: Hyperparameters, all: Hyperparameters) =>
  Object.entries(some).every(([name, value]) => all[name] === value);

function differenceOn(
  on: DifferenceRow['on'],
  { row, baseline, isNearest }: Pair,
  comparable: boolean,
): Uncorrected[] {
  if (!baseline.reproduced || !row.reproduced) return [];
  const pairs = pairedDifference(bySeed(on, row), bySeed(on, baseline));
  if (pairs === null) return [];
  // What was reported is of validation data, or of test data used as such.
  const reported =
    on === 'validation' && isOfValidation(row.reported) && isOfValidation(baseline.reported)
      ? row.reported.value - baseline.reported.value
      : null;
  return [
    {
      ...{ optimizer: row.optimizer, baseline: baseline.optimizer, on, pairs, reported, isNearest },
      ...{ parameters: row.parameters, baselineParameters: baseline.parameters },
      isControlled: isControlled(row, baseline),
      verdict: comparable && reported !== null ? differenceVerdict(reported, pairs) : null,
    },
  ];
}

const isOfValidation = (
  figure: ReproductionRow['reported'],
): figure is NonNullable<ReproductionRow['reported']> => figure !== null && figure.on !== 'test';

function isControlled(row: ReproductionRow, baseline: ReproductionRow): boolean | null {
  if (row.spec === null || baseline.spec === null) return null;
  // In a sweep the optimizer may be the same, and what varies is said beside it.
  if (row.optimizer === baseline.optimizer) return true;
  return partsOf(row.spec).includes(baseline.spec);
}

/** What each seed that completed a run has come to. */
export function bySeed(
  on: DifferenceRow['on'],
  { reproduced }: ReproductionRow,
): Map<number, number> {
  if (reproduced === null) return new Map();
  const { seeds, bestPerSeed, testPerSeed, finalPerSeed } = reproduced;
  const values = { validation: bestPerSeed, test: testPerSeed!, last: finalPerSeed }[on];
  return new Map(seeds.map((seed, i) => [seed, values[i]]));
}
