/** Which runs a chart of curves shows, and what is to be known of them: the lines below its title. */
import type { RunResult } from '../training/results.js';
import { datasetLabel } from './figure.js';
import { overridesNote } from './overrides.js';
import { seriesOf } from './series.js';
import { wrapText } from './wrap-text.js';

/** Characters in a line that a phone shows whole. */
const WIDTH = 50;

/** 'IMDB reviews, preset quick, seeds 1, 2' and the warnings. */
export function subtitlesOf(runs: RunResult[]): string[] {
  const summaries = runs.map((run) => run.summary);
  const datasets = [...new Set(summaries.map(({ dataset }) => datasetLabel(dataset)))];
  return [
    ...wrapText([...datasets, whichRuns(runs)].join(', '), WIDTH),
    warnings(runs),
    ...wrapText(overridesNote(summaries), WIDTH),
    curvesLeftOut(runs),
  ].filter((line) => line !== '');
}

function warnings(runs: RunResult[]): string {
  return [
    runs.some((run) => run.summary.synthetic) ? 'synthetic data' : '',
    runs.some(({ summary: s }) => !s.synthetic && !s.verified) ? 'unverified copy' : '',
    runs.some((run) => run.summary.preset === 'quick') ? 'undertrained: a short run' : '',
  ]
    .filter((line) => line !== '')
    .join(', ');
}

/** 'the 7 best of 12' where a sweep has more curves than can be told apart. */
function curvesLeftOut(runs: RunResult[]): string {
  const { drawn, of } = seriesOf(runs);
  return of > drawn.length ? `the ${drawn.length} best of ${of}` : '';
}

/** 'preset quick, seeds 1, 2'. */
function whichRuns(runs: RunResult[]): string {
  if (runs.length === 0) return 'no runs';
  const presets = [...new Set(runs.map((run) => run.summary.preset))];
  const seeds = [...new Set(runs.map((run) => run.summary.seed))].sort((a, b) => a - b);
  const named = seeds.length === 1 ? `seed\u00a0${seeds[0]}` : `seeds\u00a0${seeds.join(', ')}`;
  return `preset\u00a0${presets.join(' and ')}, ${seeds.length <= 5 ? named : `${seeds.length} seeds`}`;
}
