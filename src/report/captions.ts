/** What a reader should look at, in words: the page's opening sentence and its charts' captions. */
import { datasetLabel, optimizerStyle } from '../charts/figure.js';
import { formatMetric, METRICS, type MetricName } from '../experiments/metric.js';
import { footnotes, formatMark, formatSeeds } from './format.js';
import type { ReproductionTable } from './reproduction.js';

/** The result in two sentences. */
export function leadSentence(table: ReproductionTable): string {
  const metric = METRICS[table.metric];
  const ranked = table.rows
    .flatMap(({ optimizer, reproduced: r }) => (r ? [{ optimizer, ...r }] : []))
    .sort((a, b) => (a.bestMean - b.bestMean) * (metric.better === 'lower' ? 1 : -1));
  if (ranked.length === 0) return 'No run was completed, so there is nothing to compare yet.';
  const result = ({ optimizer, bestMean }: (typeof ranked)[0]) =>
    `${formatMetric(metric, bestMean)} with ${optimizerStyle(optimizer).label}`;
  const [first] = ranked;
  const last = ranked[ranked.length - 1];
  const where = `${datasetLabel(table.dataset ?? '')}, preset ${table.preset}`;
  if (first === last) {
    return `On ${where}: best validation ${metric.name} ${result(first)} (${formatSeeds(first.seeds.length)}).`;
  }
  const seeds = Math.min(...ranked.map((r) => r.seeds.length));
  const range = `best validation ${metric.name} from ${result(last)} to ${result(first)}`;
  return `${ranked.length} optimizers on ${where}: ${range}. ${
    seeds === 1
      ? 'One seed an optimizer is too few to rank them.'
      : `Each figure is the mean over ${formatSeeds(seeds)}${ranked.some((r) => r.seeds.length > seeds) ? ' or more' : ''}.`
  }`;
}

/** What to see in the chart of the validation data's metric. */
export function metricCaption(table: ReproductionTable): string {
  const synthetic = table.notes.some((note) => note.startsWith('synthetic'));
  const { sources } = footnotes(table.rows);
  const reported = sources.map(({ source, mark }) => `${source}, ${formatMark(mark)}`).join('; ');
  return [
    CURVES[table.metric],
    severalSeeds(table) ? 'Thick: mean over seeds; thin: each seed.' : '',
    reported && !synthetic ? `Dotted: as reported by ${reported}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

const CURVES: Record<MetricName, string> = {
  accuracy:
    'Accuracy on the validation examples after each epoch: higher is better, and a curve that climbs and then sinks is over-fitting.',
  perplexity:
    'Perplexity a word on the validation text after each epoch, the exponential of the loss: lower is better, and a curve that sinks and then climbs is over-fitting.',
};

/** What to see in the chart of the losses. */
export const LOSS_CAPTION =
  'Where the dashed line (training) goes on falling while the solid one (validation) rises, the model learns its training examples by heart. Training loss is averaged over the epoch with dropout on, so it may start above validation loss.';

function severalSeeds(table: ReproductionTable): boolean {
  return table.rows.some((row) => (row.reproduced?.seeds.length ?? 0) > 1);
}
