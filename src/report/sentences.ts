/** What a table says by the rule, a sentence a figure and a difference: for text, page and Markdown. */
import { isSweep, parametersText } from '../charts/cells.js';
import type { Hyperparameters } from '../experiments/experiment.js';
import { METRICS, type Metric } from '../experiments/metric.js';
import type { Sample } from '../statistics/sample.js';
import { claimBasis } from './claims.js';
import type { DifferenceRow } from './differences.js';
import {
  type Footnotes,
  footnotes,
  formatDifference,
  formatInterval,
  formatSeeds,
} from './format.js';
import { judgedOf, type ReproductionRow, type ReproductionTable } from './reproduction.js';

/** `adam: about 83.7 % reproduced: 95 % prediction interval 83.14 to 84.40, 5 seeds`. */
export function verdictLines(table: ReproductionTable): string[] {
  const metric = METRICS[table.metric];
  const figures = table.rows.flatMap((row) => {
    const { optimizer, reported, reproduced, verdict } = row;
    if (verdict === null) return [];
    const { seeds } = reproduced!;
    const judged = judgedOf(reported, reproduced!)!;
    if (verdict === 'too few seeds') {
      return `${optimizer}: ${reported!.text}: too few seeds to say (${formatSeeds(seeds.length)}${divergedText([row])})`;
    }
    const basis = `${predictionText(metric, judged)}, ${formatSeeds(seeds.length)}${divergedText([row])}`;
    return `${optimizer}: ${reported!.text} ${verdict} (${basis})`;
  });
  const notes = sourcesIn(table);
  const claims = table.claims.map(
    (claim) =>
      `${claim.optimizer}: ${claim.text} [${notes.numberOf(claim)}]: ${claim.verdict} (${claimBasis(claim, table.metric)})`,
  );
  return [...figures, ...claims];
}

/** The sources of a table's figures and claims. */
export const sourcesIn = ({ rows, claims }: ReproductionTable): Footnotes =>
  footnotes([...rows, ...claims.map((claim) => ({ reported: claim }))]);

/** `lazy-adam − adam: +0.93 points (0.78 to 1.08, 5 seeds); reported +1.20 points: reproduced in size`. */
export function differenceLines(table: ReproductionTable): string[] {
  return table.differences.flatMap((row) => {
    const { reported, verdict } = row;
    // One pair says nothing that the table does not.
    if (row.pairs.confidence === null) return [];
    const metric = METRICS[table.metric];
    const measured = `${formatDifference(metric, row.pairs.mean)} (${differenceBasis(table, row)})`;
    const claim =
      verdict === null ? '' : `; reported ${formatDifference(metric, reported!)}: ${verdict}`;
    const where = WHERE[row.on];
    const settings = row.isControlled === false ? `; ${UNCONTROLLED}` : '';
    return `${namesOf(row).join(' − ')}${where}: ${measured}${claim}${settings}`;
  });
}

/** What follows the names of two optimizers. */
export const WHERE: Record<DifferenceRow['on'], string> = {
  validation: '',
  test: ', on the test data',
  last: ', at the last epoch',
};

/** What is said of a difference that is not a wrapper's alone. */
export const UNCONTROLLED = 'their hyperparameters differ';

/** `lookahead-sgd, lr 0.1` and `sgd, lr 0.1`. */
const namesOf = (row: DifferenceRow): [string, string] => [
  named(row.optimizer, row.parameters),
  named(row.baseline, row.baselineParameters),
];

const named = (optimizer: string, parameters: Hyperparameters) =>
  [optimizer, parametersText(parameters)].filter(Boolean).join(', ');

/** What is said of a difference whose interval contains zero. */
export const INCONCLUSIVE = 'Inconclusive, the interval contains zero';

/** `95 % prediction interval 83.14 to 84.40`: where one more run, or pair, is expected. */
export const predictionText = (metric: Metric, { prediction }: Pick<Sample, 'prediction'>) =>
  `95 % prediction interval ${formatInterval(metric, prediction)}`;

/** `95 % interval 0.78 to 1.08, 5 seeds`, and how many runs of either diverged. */
export function differenceBasis(table: ReproductionTable, row: DifferenceRow): string {
  const { pairs } = row;
  const interval = formatInterval(METRICS[table.metric], pairs.confidence);
  const both = table.rows.filter(
    ({ optimizer, parameters }) =>
      (optimizer === row.optimizer && parameters === row.parameters) ||
      (optimizer === row.baseline && parameters === row.baselineParameters),
  );
  return `95 % interval ${interval}, ${formatSeeds(pairs.n)}${divergedText(both)}`;
}

/** `; 2 runs diverged`, which results do not count: nothing where none did. */
export function divergedText(rows: Pick<ReproductionRow, 'diverged'>[]): string {
  const diverged = rows.reduce((sum, row) => sum + row.diverged, 0);
  return diverged === 0 ? '' : `; ${diverged} ${diverged === 1 ? 'run' : 'runs'} diverged`;
}

/**
 * What is left of a table's differences where all are looked at, a sentence for each data they are of:
 * `Holm’s correction for all 7 differences on the test data: zero is excluded for lazy-adam − adam; …`.
 * Of a sweep nothing, whose values have their own.
 */
export function togetherLines({ differences, rows }: ReproductionTable): string[] {
  if (isSweep(rows)) return [];
  return (Object.keys(WHERE) as DifferenceRow['on'][]).flatMap((on) => {
    const family = differences.filter((row) => row.on === on && row.together !== null);
    if (family.length === 0) return [];
    const { of } = family[0].together!;
    const clear = family.filter(({ together }) => together!.excludesZero);
    const which =
      clear.length === of
        ? 'each'
        : clear.map((row) => namesOf(row).join(' − ')).join('; ') || 'none';
    const where = on === 'validation' ? ' at the best epoch' : WHERE[on].replace(',', '');
    return `Holm’s correction for all ${of} differences${where}: zero is excluded for ${which}`;
  });
}
