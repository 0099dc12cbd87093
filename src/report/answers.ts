/** What a reader wants to know first, a sentence a question: is it reproduced, and which is better? */
import { isSweep } from '../charts/cells.js';
import { optimizerStyle } from '../charts/figure.js';
import { METRICS } from '../experiments/metric.js';
import {
  type DifferenceVerdict,
  ENOUGH_PAIRS,
  ENOUGH_SEEDS,
  type FigureVerdict,
  sideOf,
} from '../statistics/reproduced.js';
import { leadSentence } from './captions.js';
import { type ClaimRow, claimBasis } from './claims.js';
import type { DifferenceRow } from './differences.js';
import { formatDifference, formatInterval, formatSample, formatSeeds } from './format.js';
import { rangeAnswers } from './range-answers.js';
import { judgedOf, type ReproductionRow, type ReproductionTable } from './reproduction.js';
import { differenceBasis, UNCONTROLLED } from './sentences.js';

/** A question, where there is one, and what the runs say. */
export interface Answer {
  question?: string;
  answer: string;
  /**
   * Whether a reported figure is reproduced; what was found beside it; that it cannot be told; or, in
   * `lead`, the results alone.
   */
  kind: 'reproduced' | 'not reproduced' | 'found' | 'open' | 'lead';
}

/** What a table says, the reported figures first. */
export function answersOf(table: ReproductionTable): Answer[] {
  const figures = table.rows.flatMap((row) => figureAnswer(table, row));
  // Of a sweep's many the page has them below; one pair says nothing that the table does not.
  const asked = isSweep(table.rows) ? [] : table.differences;
  const differences = asked
    .filter(
      ({ on, pairs, isNearest, verdict }) =>
        on !== 'last' && (isNearest || verdict !== null) && pairs.confidence !== null,
    )
    .map((row) => differenceAnswer(table, row));
  const silent =
    table.incomparable !== null && table.rows.some(({ reported }) => reported !== null);
  return [
    ...(figures.length === 0 ? [{ answer: leadSentence(table), kind: 'lead' as const }] : []),
    ...figures,
    ...differences,
    ...table.claims.map((claim) => claimAnswer(table, claim)),
    ...rangeAnswers(table),
    ...(silent
      ? [
          {
            question: 'Are the reported figures reproduced?',
            answer: `Cannot be told from these runs: ${table.incomparable}.`,
            kind: 'open' as const,
          },
        ]
      : []),
  ];
}

const label = (optimizer: string) => optimizerStyle(optimizer).label;

function figureAnswer(table: ReproductionTable, row: ReproductionRow): Answer[] {
  const { optimizer, reported, reproduced, verdict } = row;
  if (verdict === null) return [];
  const metric = METRICS[table.metric];
  const { seeds } = reproduced!;
  const judged = judgedOf(reported, reproduced!)!;
  const ours = `ours is ${formatSample(metric, judged)}`;
  const answer = {
    reproduced: `Yes: ${ours}, and one more run is expected in ${formatInterval(metric, judged.prediction)} (${formatSeeds(seeds.length)}).`,
    'not reproduced': `No: ${ours}, and one more run is expected in ${formatInterval(metric, judged.prediction)} (${formatSeeds(seeds.length)}).`,
    'too few seeds': `Cannot be told yet, by ${formatSeeds(seeds.length)} of at least ${ENOUGH_SEEDS}: so far ${ours}.`,
  }[verdict];
  const question = `Is ${reported!.text} with ${label(optimizer)} reproduced?`;
  return [{ question, answer, kind: verdict === 'too few seeds' ? 'open' : verdict }];
}

const TOO_FEW = `Cannot be told yet, by fewer than ${ENOUGH_PAIRS} seeds`;

const VERDICTS: Record<DifferenceVerdict, [Answer['kind'], string]> = {
  'reproduced in size': ['reproduced', 'Yes, its size is compatible too'],
  'reproduced in sign': ['reproduced', 'Yes, in its sign, not in its size'],
  'reproduced in sign, size untested': [
    'reproduced',
    `Yes, in its sign; its size is not judged by fewer than ${ENOUGH_SEEDS} seeds`,
  ],
  undecided: ['open', 'Cannot be told, the interval holds zero'],
  contradicted: ['not reproduced', 'No, it is the other way round'],
  'too few seeds': ['open', TOO_FEW],
};

function differenceAnswer(table: ReproductionTable, row: DifferenceRow): Answer {
  const metric = METRICS[table.metric];
  const [first, second] = [label(row.optimizer), label(row.baseline)];
  const where = row.on === 'test' ? ' on the test data' : '';
  const { mean, prediction } = row.pairs;
  const ours = `${formatDifference(metric, mean)}${where} (${differenceBasis(table, row)})`;
  const settings = row.isControlled === false ? `, ${UNCONTROLLED}` : '';
  if (row.verdict === null) {
    const [kind, text] = SIDES[sideOf(row.pairs, metric.better)];
    return {
      question: `Is ${first} better than ${second}${where}?`,
      answer: `${text}: ${ours}${settings}.`,
      kind,
    };
  }
  const [kind, text] = VERDICTS[row.verdict];
  const next =
    row.verdict === 'reproduced in size'
      ? `, and one more pair is expected in ${formatInterval(metric, prediction)}`
      : '';
  return {
    question: `Is ${first}’s reported advantage over ${second}, ${formatDifference(metric, row.reported!)}, reproduced?`,
    answer: `${text}: ours is ${ours}${settings}${next}.`,
    kind,
  };
}

const CLAIMS: Record<FigureVerdict, [Answer['kind'], string]> = {
  reproduced: ['reproduced', 'Yes'],
  'not reproduced': ['not reproduced', 'No'],
  'too few seeds': ['open', `Cannot be told yet, by fewer than ${ENOUGH_SEEDS} seeds`],
};

function claimAnswer({ metric }: ReproductionTable, claim: ClaimRow): Answer {
  const [kind, text] = CLAIMS[claim.verdict];
  return {
    question: `Is ${label(claim.optimizer)} ${claim.text}, as reported?`,
    answer: `${text}: ${claimBasis(claim, metric)}.`,
    kind,
  };
}

const SIDES: Record<ReturnType<typeof sideOf>, [Answer['kind'], string]> = {
  better: ['found', 'Yes'],
  worse: ['found', 'No, it is worse'],
  open: ['open', 'Cannot be told, the interval holds zero'],
  'too few seeds': ['open', TOO_FEW],
};
