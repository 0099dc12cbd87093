/** What the values of one hyperparameter make of optimizers: does a badly chosen one hurt some less? */
import { optimizerStyle } from '../charts/figure.js';
import { METRICS } from '../experiments/metric.js';
import { pairedDifference } from '../statistics/paired.js';
import { ENOUGH_PAIRS, sideOf } from '../statistics/reproduced.js';
import type { Answer } from './answers.js';
import { headline } from './captions.js';
import { partsOf } from './contrasts.js';
import { bySeed } from './differences.js';
import { bareValue, formatDifference, formatInterval, formatSeeds } from './format.js';
import type { ReproductionTable } from './reproduction.js';
import { INCONCLUSIVE } from './sentences.js';

/** Over which values of which hyperparameter. */
interface Range {
  name: string;
  values: (number | string)[];
  optimizers: string[];
}

/** What the values of a hyperparameter make of each optimizer, where one alone varies. */
export function rangeAnswers(table: ReproductionTable): Answer[] {
  const range = rangeOf(table);
  if (range === null) return [];
  return [...sideAnswers(table, range), ...lossAnswers(table, range), spanAnswer(table, range)];
}

function rangeOf({ rows }: ReproductionTable): Range | null {
  const names = new Set(rows.flatMap(({ parameters }) => Object.keys(parameters)));
  const optimizers = [...new Set(rows.map(({ optimizer }) => optimizer))];
  if (names.size !== 1 || optimizers.length < 2) return null;
  const [name] = names;
  // A range over more values is wider for that alone: of a study that goes on, those that all have.
  const valuesOf = optimizers.map((optimizer) =>
    rows.filter((row) => row.optimizer === optimizer).map((row) => row.parameters[name]),
  );
  const values = valuesOf[0].filter((value) => valuesOf.every((own) => own.includes(value)));
  return values.length < 2 ? null : { name, values, optimizers };
}

const rowsOf = ({ rows }: ReproductionTable, { name, values }: Range, optimizer: string) =>
  rows.filter((row) => row.optimizer === optimizer && values.includes(row.parameters[name]));

/** At which values an optimizer is better than what it wraps, and at which it is worse. */
function sideAnswers(table: ReproductionTable, range: Range): Answer[] {
  const metric = METRICS[table.metric];
  const { name, values, optimizers } = range;
  return optimizers.flatMap((optimizer) => {
    const rows = table.differences.filter(
      (row) =>
        row.optimizer === optimizer &&
        row.isNearest &&
        row.baseline !== optimizer &&
        row.on === table.judgedOn &&
        values.includes(row.parameters[name]) &&
        row.pairs.n >= ENOUGH_PAIRS,
    );
    if (rows.length === 0) return [];
    const at = (side: ReturnType<typeof sideOf>) =>
      rows.filter(({ pairs }) => sideOf(pairs, metric.better) === side);
    const compared = SIDES.flatMap(([side, words]) => {
      const each = at(side).map(({ parameters, pairs }) =>
        side === 'open'
          ? `${parameters[name]}`
          : `${parameters[name]} (${formatDifference(metric, pairs.mean)})`,
      );
      return each.length === 0 ? [] : [`${words} ${each.join(', ')}`];
    });
    const { baseline } = rows[0];
    const others = values
      .filter((value) => rows.every(({ parameters }) => parameters[name] !== value))
      .map((value) => `${value}${lostText(table, range, value, [baseline, optimizer])}`);
    const said = [
      ...compared,
      ...(others.length > 0 ? [`not compared at ${others.join(', ')}`] : []),
    ].join('; ');
    const clear = rows.flatMap(({ together, parameters }) =>
      together?.excludesZero ? `${parameters[name]}` : [],
    );
    const { together } = rows[0];
    // Where none is clear by itself there is nothing to correct.
    const corrected =
      together !== null && at('open').length < rows.length
        ? `; after Holm’s correction for ${together.of} values at ${clear.join(', ') || 'none'}`
        : '';
    const counts = rows.map(({ pairs }) => pairs.n);
    const seeds = `${formatSeeds(Math.min(...counts))}${Math.max(...counts) > Math.min(...counts) ? ' or more' : ''}`;
    return {
      question: `At which ${name} is ${label(optimizer)} better than ${label(baseline)}?`,
      answer: `${said[0].toUpperCase()}${said.slice(1)} (by 95 % intervals over ${seeds} each${corrected}).`,
      kind:
        at('open').length === rows.length || (corrected !== '' && clear.length === 0)
          ? ('open' as const)
          : ('found' as const),
    };
  });
}

/** ` (SGD: 1 of 3 seeds completed)` where that is why optimizers cannot be compared at a value. */
function lostText(
  table: ReproductionTable,
  range: Range,
  value: Range['values'][0],
  optimizers: string[],
): string {
  const seedsOf = (optimizer: string, of: Range['values']) =>
    rowsOf(table, { ...range, values: of }, optimizer).flatMap(
      ({ reproduced }) => reproduced?.seeds ?? [],
    );
  const lost = optimizers.flatMap((optimizer) => {
    const [own, all] = [seedsOf(optimizer, [value]), new Set(seedsOf(optimizer, range.values))];
    return own.length < all.size
      ? [`${label(optimizer)}: ${own.length} of ${formatSeeds(all.size)} completed`]
      : [];
  });
  return lost.length === 0 ? '' : ` (${lost.join('; ')})`;
}

const SIDES = [
  ['better', 'better at'],
  ['worse', 'worse at'],
  ['open', 'inconclusive at'],
] as const;

/**
 * Whether an optimizer loses less than what it wraps when the value is one of these by chance: how far
 * its mean over all values stays behind its best one, which is the same for every seed (each seed's own
 * best would make the noisier optimizer seem to lose more).
 */
function lossAnswers(table: ReproductionTable, range: Range): Answer[] {
  const metric = METRICS[table.metric];
  const { name, values, optimizers } = range;
  return optimizers.flatMap((optimizer) => {
    const baseline = partsOf(optimizer).find((part) => optimizers.includes(part));
    if (baseline === undefined) return [];
    const own = lossesOf(table, range, optimizer, baseline);
    const other = lossesOf(table, range, baseline, optimizer);
    const pairs = pairedDifference(own.bySeed, other.bySeed);
    const question = `Does a badly chosen ${name} cost ${label(optimizer)} less than ${label(baseline)}?`;
    const lost = [baseline, optimizer].flatMap((each) =>
      values
        .filter((value) =>
          rowsOf(table, { ...range, values: [value] }, each).every((row) => !row.reproduced),
        )
        .map((value) => `${label(each)} has no completed run at ${value}`),
    );
    if (lost.length > 0) {
      return { question, answer: `Not comparable: ${lost.join(', ')}.`, kind: 'open' as const };
    }
    if (pairs === null || pairs.confidence === null) return [];
    const mean = ({ bySeed }: Losses) =>
      bareValue(metric, pairs.seeds.reduce((sum, seed) => sum + bySeed.get(seed)!, 0) / pairs.n);
    // What is lost is to be little, whatever the metric.
    const [kind, text] = LOSSES[sideOf(pairs, 'lower')];
    const unit = metric.unit === ' %' ? ' points' : metric.unit;
    const interval = formatInterval(metric, pairs.confidence);
    return {
      question,
      answer: `${text}: on average over ${values.join(', ')} it stays ${mean(own)}${unit} behind its best (at ${own.best}), ${label(baseline)} ${mean(other)} behind its own (at ${other.best}): ${formatDifference(metric, pairs.mean)} (95 % interval ${interval}, ${formatSeeds(pairs.n)} that completed a run at each).`,
      kind,
    };
  });
}

const LOSSES: Record<ReturnType<typeof sideOf>, [Answer['kind'], string]> = {
  better: ['found', 'Yes'],
  worse: ['found', 'No, it loses more'],
  open: ['open', INCONCLUSIVE],
  'too few seeds': [
    'open',
    `Too few seeds to tell, fewer than ${ENOUGH_PAIRS} completed a run at each`,
  ],
};

/** What a badly chosen value costs an optimizer. */
interface Losses {
  /** The value with the best mean. */
  best: number | string;
  /** By seed: its result less the mean over all values, positive where that is worse. */
  bySeed: Map<number, number>;
}

/** Of the seeds that completed a run at each value. */
function lossesOf(
  table: ReproductionTable,
  range: Range,
  optimizer: string,
  others: string,
): Losses {
  const sign = METRICS[table.metric].better === 'higher' ? 1 : -1;
  const resultsOf = (each: string) =>
    rowsOf(table, range, each).map((row) => bySeed(table.judgedOn, row));
  const [own, all] = [resultsOf(optimizer), [...resultsOf(optimizer), ...resultsOf(others)]];
  const seeds = [...own[0].keys()].filter((seed) => all.every((results) => results.has(seed)));
  const meanOf = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const means = own.map((results) => sign * meanOf(seeds.map((seed) => results.get(seed)!)));
  const best = means.indexOf(Math.max(...means));
  return {
    best: rowsOf(table, range, optimizer)[best]?.parameters[range.name],
    bySeed: new Map(
      seeds.map((seed) => {
        const results = own.map((each) => sign * each.get(seed)!);
        return [seed, results[best] - meanOf(results)];
      }),
    ),
  };
}

function spanAnswer(table: ReproductionTable, range: Range): Answer {
  const metric = METRICS[table.metric];
  const spans = range.optimizers.flatMap((optimizer) => {
    const rows = rowsOf(table, range, optimizer);
    const means = rows.flatMap(({ reproduced }) =>
      reproduced ? headline(table, reproduced).mean : [],
    );
    if (means.length === 0) return [];
    const span = formatInterval(metric, [Math.min(...means), Math.max(...means)]);
    const lost = rows.length - means.length;
    const without = lost === 0 ? '' : `, and no completed run at ${lost} of ${rows.length}`;
    return `${label(optimizer)} ${span}${metric.unit}${without}`;
  });
  return {
    question: `How much does ${range.name} matter?`,
    answer: `Over ${range.values.join(', ')}: ${spans.join('; ')}.`,
    kind: 'found',
  };
}

const label = (optimizer: string) => optimizerStyle(optimizer).label;
