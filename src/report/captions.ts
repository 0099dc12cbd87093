/** What a reader should look at, in words: the page's opening sentence and its charts' captions. */
import { datasetLabel, optimizerStyle } from '../charts/figure.js';
import { footnotes, formatMark, formatPercent, formatSeeds } from './format.js';
import type { ReproductionTable } from './reproduction.js';

/** The result in two sentences. */
export function leadSentence(table: ReproductionTable): string {
  const ranked = table.rows
    .flatMap(({ optimizer, reproduced: r }) => (r ? [{ optimizer, ...r }] : []))
    .sort((a, b) => b.bestMean - a.bestMean);
  if (ranked.length === 0) return 'No run was completed, so there is nothing to compare yet.';
  const result = ({ optimizer, bestMean }: (typeof ranked)[0]) =>
    `${formatPercent(bestMean)} with ${optimizerStyle(optimizer).label}`;
  const [first] = ranked;
  const last = ranked[ranked.length - 1];
  const where = `${datasetLabel(table.dataset ?? '')}, preset ${table.preset}`;
  if (first === last) {
    return `On ${where}: best validation accuracy ${result(first)} (${formatSeeds(first.seeds.length)}).`;
  }
  const seeds = Math.min(...ranked.map((r) => r.seeds.length));
  const range = `best validation accuracy from ${result(last)} to ${result(first)}`;
  return `${ranked.length} optimizers on ${where}: ${range}. ${
    seeds === 1
      ? 'One seed an optimizer is too few to rank them.'
      : `Each figure is the mean over ${formatSeeds(seeds)}${ranked.some((r) => r.seeds.length > seeds) ? ' or more' : ''}.`
  }`;
}

/** What to see in the chart of validation accuracy. */
export function accuracyCaption(table: ReproductionTable): string {
  const synthetic = table.notes.some((note) => note.startsWith('synthetic'));
  const { sources } = footnotes(table.rows);
  const reported = sources.map(({ source, mark }) => `${source}, ${formatMark(mark)}`).join('; ');
  return [
    'Accuracy on the validation examples after each epoch: higher is better, and a curve that climbs and then sinks is over-fitting.',
    severalSeeds(table) ? 'Thick: mean over seeds; thin: each seed.' : '',
    reported && !synthetic ? `Dotted: as reported by ${reported}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** What to see in the chart of the losses. */
export const LOSS_CAPTION =
  'Where the dashed line (training) goes on falling while the solid one (validation) rises, the model learns its training examples by heart. Training loss is averaged over the epoch with dropout on, so it may start above validation loss.';

function severalSeeds(table: ReproductionTable): boolean {
  return table.rows.some((row) => (row.reproduced?.seeds.length ?? 0) > 1);
}
