/** What a reader should look at, in words: the page's opening sentence and its charts' captions. */
import { cellLabel, isSweep } from '../charts/cells.js';
import { datasetLabel, type Figure } from '../charts/figure.js';
import { EXPERIMENTS } from '../experiments/config.js';
import { formatMetric, METRICS, type MetricName } from '../experiments/metric.js';
import type { Sample } from '../statistics/sample.js';
import { footnotes, formatMark, formatSeeds } from './format.js';
import type { Reproduced, ReproductionTable } from './reproduction.js';

/** The result in two sentences. */
export function leadSentence(table: ReproductionTable): string {
  const metric = METRICS[table.metric];
  const ranked = table.rows
    .flatMap(({ optimizer, parameters, reproduced: r }) =>
      r ? [{ optimizer, parameters, seeds: r.seeds, mean: headline(table, r).mean }] : [],
    )
    .sort((a, b) => (a.mean - b.mean) * (metric.better === 'lower' ? 1 : -1));
  if (ranked.length === 0) return 'No run was completed, so there is nothing to compare yet.';
  const result = ({ optimizer, parameters, mean }: (typeof ranked)[0]) =>
    `${formatMetric(metric, mean)} with ${cellLabel(optimizer, parameters)}`;
  const what =
    table.judgedOn === 'test'
      ? `test ${metric.name} at the best epoch`
      : `best validation ${metric.name}`;
  const [first] = ranked;
  const last = ranked[ranked.length - 1];
  const where = sectionTitle(table);
  if (first === last) {
    return `On ${where}: ${what} ${result(first)} (${formatSeeds(first.seeds.length)}).`;
  }
  const seeds = Math.min(...ranked.map((r) => r.seeds.length));
  const range = `${what} from ${result(last)} to ${result(first)}`;
  return `${ranked.length} ${isSweep(table.rows) ? 'settings' : 'optimizers'} on ${where}: ${range}. ${
    seeds === 1
      ? 'One seed is too few to rank them.'
      : `Each figure is the mean over ${formatSeeds(seeds)}${ranked.some((r) => r.seeds.length > seeds) ? ' or more' : ''}.`
  }`;
}

/** What optimizers are compared by. */
export const headline = ({ judgedOn }: ReproductionTable, { best, test }: Reproduced): Sample =>
  judgedOn === 'test' ? test! : best;

/** 'IMDB reviews, preset quick', 'IMDB reviews, preset full, held out'. */
export function sectionTitle({ dataset, preset, experiment, protocol }: ReproductionTable): string {
  // What is the only protocol of an experiment need not be said.
  const chosen = EXPERIMENTS[experiment ?? '']?.heldOutShare !== undefined;
  return [
    datasetLabel(dataset ?? ''),
    `preset ${preset}`,
    ...(chosen && protocol === 'held-out' ? ['held out'] : []),
  ].join(', ');
}

/**
 * What to see in the chart of the validation data's metric.
 *
 * @param figure - the chart: reported figures are told of where it draws them.
 */
export function metricCaption(table: ReproductionTable, figure: Figure): string {
  const isDotted = figure.data.some(({ meta }) => (meta as Meta)?.quantity === 'reported');
  // A figure of test data is in no chart of validation data.
  const { sources } = footnotes(table.rows.filter(({ reported }) => reported?.on !== 'test'));
  const reported = sources.map(({ source, mark }) => `${source}, ${formatMark(mark)}`).join('; ');
  return [
    CURVES[table.metric],
    seedsCaption(table),
    isDotted ? `Dotted: as reported by ${reported}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** What a trace says of itself. */
type Meta = { quantity?: string } | undefined;

const CURVES: Record<MetricName, string> = {
  accuracy:
    'Accuracy on the validation examples after each epoch: higher is better, and a curve that rises and then falls indicates overfitting.',
  perplexity:
    'Perplexity per word on the validation text after each epoch, the exponential of the loss: lower is better, and a curve that falls and then rises indicates overfitting.',
};

/** What to see in the chart of the losses. */
export const LOSS_CAPTION =
  'Where the dashed line (training) keeps falling while the solid one (validation) rises, the model memorizes its training examples. Training loss is averaged over the epoch with dropout on, so it may start above validation loss.';

function seedsCaption(table: ReproductionTable): string {
  const most = Math.max(...table.rows.map((row) => row.reproduced?.seeds.length ?? 0));
  if (most < 2) return '';
  return most === 2
    ? 'Thick: mean over seeds; thin: each seed.'
    : 'Line: mean over seeds; area: the 95 % confidence interval of that mean. Where areas overlap, the differences on equal seeds may still be clear.';
}
