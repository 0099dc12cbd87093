/** Optimizers against what they wrap, on equal seeds. */

import { isSweep } from '../charts/cells.js';
import { type PairedDifference, pairedDifference } from '../statistics/paired.js';
import { type DifferenceVerdict, differenceVerdict } from '../statistics/reproduced.js';
import type { ReproductionRow } from './reproduction.js';

/** `optimizer` minus `baseline`, in the table's metric. */
export interface DifferenceRow {
  optimizer: string;
  baseline: string;
  /** Of the best epochs, or of what these come to on test data. */
  on: 'validation' | 'test';
  pairs: PairedDifference;
  /** The difference of the reported figures; null where not both have one. */
  reported: number | null;
  /** By the rule; null without a reported difference, or where it cannot be compared. */
  verdict: DifferenceVerdict | null;
}

/**
 * A row for each optimizer but those that others are compared with, where seeds are shared. On
 * validation data, where test data decide, only what was reported is compared.
 *
 * @param comparable - whether the runs are what was reported.
 */
export function differenceRows(
  rows: ReproductionRow[],
  { judgedOn, comparable }: { judgedOn: DifferenceRow['on']; comparable: boolean },
): DifferenceRow[] {
  // Where hyperparameters vary, an optimizer is several rows, and no pair of them is the one.
  if (isSweep(rows)) return [];
  const validation = differencesOn('validation', rows, comparable);
  return judgedOn === 'validation'
    ? validation
    : [
        ...validation.filter(({ verdict }) => verdict !== null),
        ...differencesOn('test', rows, comparable),
      ];
}

function differencesOn(
  on: DifferenceRow['on'],
  rows: ReproductionRow[],
  comparable: boolean,
): DifferenceRow[] {
  return rows.flatMap((row) => {
    const name = baselineOf(row.optimizer, rows);
    const baseline = rows.find(({ optimizer }) => optimizer === name);
    if (!baseline?.reproduced || !row.reproduced) return [];
    const pairs = pairedDifference(bySeed(on, row), bySeed(on, baseline));
    if (pairs === null) return [];
    // What was reported is of validation data, or of test data used as such.
    const reported =
      on === 'validation' && row.reported && baseline.reported
        ? row.reported.value - baseline.reported.value
        : null;
    return {
      ...{ optimizer: row.optimizer, baseline: baseline.optimizer, on, pairs, reported },
      verdict: comparable && reported !== null ? differenceVerdict(reported, pairs) : null,
    };
  });
}

/**
 * What an optimizer is compared with: of those there are, the one it wraps, as `adam` for
 * `lookahead-lazy-adam` where there is no `lazy-adam`; else the first.
 */
function baselineOf(optimizer: string, rows: { optimizer: string }[]): string | undefined {
  const names = rows.map((row) => row.optimizer);
  const parts = optimizer.replace(/-freeze$/, '').split('-');
  const inner = parts.map((_, i) => parts.slice(i).join('-'));
  const found = inner.find((name) => name !== optimizer && names.includes(name)) ?? names[0];
  return found === optimizer ? undefined : found;
}

function bySeed(on: DifferenceRow['on'], { reproduced }: ReproductionRow): Map<number, number> {
  const { seeds, bestPerSeed, testPerSeed } = reproduced!;
  const values = on === 'test' ? testPerSeed! : bestPerSeed;
  return new Map(seeds.map((seed, i) => [seed, values[i]]));
}
