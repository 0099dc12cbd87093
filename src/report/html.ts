/** A report as one HTML file: interactive, complete in itself, opens without a network. */
import { readFileSync } from 'node:fs';
import { type Figure, themeColors } from '../charts/figure.js';
import { lossChart, validationChart } from '../charts/learning-curves.js';
import type { ReportedFigure, RunResult } from '../training/results.js';
import { LOSS_CAPTION, leadSentence, metricCaption, sectionTitle } from './captions.js';
import type { Fact } from './environment.js';
import { escapeHtml, jsonForScript } from './escape.js';
import { comparisonTable, environmentList, ruleSection, runList } from './html-tables.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import { reproductionTable } from './reproduction.js';
import { type ReportChart, sweepCharts } from './sweep-charts.js';

/** Runs that stand in one table: of one experiment, preset and data set. */
export interface ReportSection {
  /** Left out: its data set and preset. */
  title?: string;
  runs: RunResult[];
  /** Published figures for the same optimizers. */
  reported: ReportedFigure[];
  /** Names its files beside a Markdown report, `imdb-full`; left out where it has none. */
  name?: string;
  /** Sentences to put before those that its table finds itself. */
  notes?: string[];
  /** How long its runs took, and their data. */
  facts?: Fact[];
  /** The machines and software they were made on. */
  environment?: Fact[];
}

/** What a report shows. Every text is escaped: none is HTML. */
export interface ReportContent {
  title: string;
  sections: ReportSection[];
  /** The folders it was made from. */
  paths?: string[];
  /** The machines and software the runs were made on: JSON values, nested objects allowed. */
  environments: Record<string, unknown>[];
  /** Sentences to put beside those that the tables find themselves. */
  notes?: string[];
  /** When the report was made; left out of the page when not given. */
  created?: Date;
}

/**
 * The report's HTML (about 5 MB, nearly all of it Plotly).
 *
 * @throws Error when the runs of a section are of several experiments, presets or data sets.
 */
export function reportHtml(content: ReportContent): string {
  const { title, sections, environments, notes, created } = content;
  const experiments = [
    ...new Set(sections.flatMap(({ runs }) => runs.map((run) => run.summary.experiment))),
  ];
  const plotly = readFileSync(require.resolve('plotly.js-dist-min'), 'utf8');
  const themes = { light: themeColors('light'), dark: themeColors('dark') };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">${escapeHtml(['lazyahead', ...experiments].join(' · '))}</p>
<h1>${escapeHtml(title)}</h1>
${noteList(notes ?? [])}
</header>
<noscript><section>The charts need JavaScript; the tables do not.</section></noscript>
${sections.map((section, i) => sectionHtml(section, i, sections.length)).join('\n')}
${environmentList(environments)}
${created ? `<footer>Written ${escapeHtml(created.toISOString().slice(0, 16).replace('T', ' '))} UTC.</footer>` : ''}
</main>
<script type="application/json" id="themes">${jsonForScript(themes)}</script>
<script>${plotly}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** Whether a page was written by {@link reportHtml}. */
export const isHtmlReport = (page: string): boolean =>
  page.startsWith('<!doctype html>') && page.includes('<p class="eyebrow">lazyahead');

/** A section's tables and charts; its heading, where there are several. */
function sectionHtml(
  { title, runs, reported, notes }: ReportSection,
  index: number,
  of: number,
): string {
  const table = reproductionTable(runs, reported, notes);
  const prefix = index === 0 ? '' : `${index + 1}-`;
  const lead = `<p class="lead">${escapeHtml(leadSentence(table)).replace(/ %/g, '&nbsp;%')}</p>`;
  const draw = ({ name, figure, caption }: ReportChart) => chart(prefix + name, figure, caption);
  const validation = validationChart(runs, { reported });
  const curves = [
    { name: table.metric, figure: validation, caption: metricCaption(table, validation) },
    { name: 'loss', figure: lossChart(runs), caption: LOSS_CAPTION },
  ];
  return `<div class="part">
${of > 1 ? `<h2 class="part-title">${escapeHtml(title ?? sectionTitle(table))}</h2>` : ''}
${lead}
${noteList(table.notes)}
</div>
${sweepCharts(table).map(draw).join('\n')}
${comparisonTable(table, prefix)}
${curves.map(draw).join('\n')}
${ruleSection(table)}
${runList(runs)}`;
}

const noteList = (notes: string[]) =>
  notes.length === 0
    ? ''
    : `<ul class="notes">${[...new Set(notes)].map((n) => `<li>${escapeHtml(n)}</li>`).join('')}</ul>`;

/** Nothing may be loaded from anywhere: a browser itself holds the page to that. */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

function chart(name: string, figure: Figure, caption: string): string {
  // A sweep's charts are called by its optimizers and hyperparameters.
  const id = escapeHtml(name);
  return `<figure>
<div class="chart" data-figure="figure-${id}"></div>
<figcaption>${escapeHtml(caption)}</figcaption>
<script type="application/json" id="figure-${id}">${jsonForScript(figure)}</script>
</figure>`;
}
