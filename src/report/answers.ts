/** What a reader wants to know first, a sentence a question: is it reproduced, and which is better? */
import { isSweep } from '../charts/cells.js';
import { optimizerStyle } from '../charts/figure.js';
import { METRICS, type Metric } from '../experiments/metric.js';
import {
  type DifferenceVerdict,
  ENOUGH_PAIRS,
  ENOUGH_SEEDS,
  type FigureVerdict,
  sideOf,
} from '../statistics/reproduced.js';
import { leadSentence } from './captions.js';
import { type ClaimRow, claimBasis } from './claims.js';
import { partsOf } from './contrasts.js';
import type { DifferenceRow } from './differences.js';
import { formatDifference, formatMark, formatSample, formatSeeds } from './format.js';
import { rangeAnswers } from './range-answers.js';
import { judgedOf, type ReproductionRow, type ReproductionTable } from './reproduction.js';
import {
  differenceBasis,
  divergedText,
  INCONCLUSIVE,
  predictionText,
  UNCONTROLLED,
} from './sentences.js';

/** A question, where there is one, and what the runs say. */
export interface Answer {
  question?: string;
  answer: string;
  /**
   * Whether a reported figure is reproduced; what was found beside it; that it is inconclusive; or,
   * in `lead`, the results alone.
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
            answer: `Not judged by these runs: ${table.incomparable}.`,
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
  const basis = `${predictionText(metric, judged)}, ${formatSeeds(seeds.length)}`;
  const lost = divergedText([row]);
  const answer = {
    reproduced: `Yes: ${ours} (${basis}${lost}).`,
    'not reproduced': `No: ${ours} (${basis}${lost}).`,
    'too few seeds': `Too few seeds to tell, ${seeds.length} of at least ${ENOUGH_SEEDS}${lost}: so far ${ours}.`,
  }[verdict];
  const question = `Is ${reported!.text} with ${label(optimizer)} reproduced?`;
  const { mark } = reported!;
  const caution = mark === 'read' ? '' : ` The reported figure is ${formatMark(mark)}.`;
  const kind = verdict === 'too few seeds' ? 'open' : verdict;
  return [{ question, answer: answer + caution, kind }];
}

/** What is said where an interval excludes zero by itself, but not among as many as there are. */
const amongText = (comparisons: number) =>
  `Inconclusive among ${comparisons} comparisons (Holm’s correction), though its own interval excludes zero`;

const TOO_FEW = `Too few seeds to tell, fewer than ${ENOUGH_PAIRS}`;

const VERDICTS: Record<DifferenceVerdict, [Answer['kind'], string]> = {
  'reproduced in size': ['reproduced', 'Yes, in sign and size'],
  'reproduced in sign': ['reproduced', 'Yes, in sign, not in size'],
  'reproduced in sign, size untested': [
    'reproduced',
    `Yes, in sign; its size is not judged by fewer than ${ENOUGH_SEEDS} seeds`,
  ],
  undecided: ['open', INCONCLUSIVE],
  contradicted: ['not reproduced', 'No, it is the other way round'],
  'too few seeds': ['open', TOO_FEW],
};

function differenceAnswer(table: ReproductionTable, row: DifferenceRow): Answer {
  const metric = METRICS[table.metric];
  const [first, second] = [label(row.optimizer), label(row.baseline)];
  const where = row.on === 'test' ? ' on the test data' : '';
  const { mean } = row.pairs;
  const ours = `${formatDifference(metric, mean)}${where} (${differenceBasis(table, row)})`;
  const settings = row.isControlled === false ? ` (${UNCONTROLLED})` : '';
  if (row.verdict === null) {
    const [kind, text] = sideText(row, metric);
    return {
      question: `Is ${first} better than ${second}${where}${settings}?`,
      answer: `${text}: ${ours}.`,
      kind,
    };
  }
  const [kind, text] = VERDICTS[row.verdict];
  const next = row.verdict === 'reproduced in size' ? `; ${predictionText(metric, row.pairs)}` : '';
  return {
    question: `Is ${first}’s reported advantage over ${second}, ${formatDifference(metric, row.reported!)}, reproduced${settings}?`,
    answer: `${text}: ours is ${ours}${next}.`,
    kind,
  };
}

function sideText(row: DifferenceRow, metric: Metric): [Answer['kind'], string] {
  const { optimizer, baseline, pairs, together } = row;
  const side = sideOf(pairs, metric.better);
  if (side === 'open' || side === 'too few seeds') return SIDES[side];
  if (together !== null && !together.excludesZero) return ['open', amongText(together.of)];
  const wraps = partsOf(optimizer).includes(baseline);
  if (row.isControlled !== false || !wraps) return SIDES[side];
  return ['found', `${SIDES[side][1]}, though not by the wrapper alone`];
}

const CLAIMS: Record<FigureVerdict, [Answer['kind'], string]> = {
  reproduced: ['reproduced', 'Yes'],
  'not reproduced': ['not reproduced', 'No'],
  'too few seeds': ['open', `Too few seeds to tell, fewer than ${ENOUGH_SEEDS}`],
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
  open: ['open', INCONCLUSIVE],
  'too few seeds': ['open', TOO_FEW],
};
