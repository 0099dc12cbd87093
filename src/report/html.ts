/** A report as one HTML file: interactive, complete in itself, opens without a network. */
import { readFileSync } from 'node:fs';
import { type Figure, themeColors } from '../charts/figure.js';
import { lossChart, validationChart } from '../charts/learning-curves.js';
import type { ReportedFigure, RunResult } from '../training/results.js';
import { LOSS_CAPTION, leadSentence, metricCaption } from './captions.js';
import { escapeHtml, jsonForScript } from './escape.js';
import { comparisonTable, environmentList, runList } from './html-tables.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';
import { reproductionTable } from './reproduction.js';

/** What a report shows. Every text is escaped: none is HTML. */
export interface ReportContent {
  title: string;
  /** Of one experiment, preset and data set. */
  runs: RunResult[];
  /** Published figures for the same optimizers. */
  reported: ReportedFigure[];
  /** The machine and software the runs were made on: JSON values, nested objects allowed. */
  environment: Record<string, unknown>;
  /** Sentences to put beside those that the table finds itself. */
  notes?: string[];
  /** When the report was made; left out of the page when not given. */
  created?: Date;
}

/**
 * The report's HTML (about 5 MB, nearly all of it Plotly).
 *
 * @throws Error when the runs are of several experiments, presets or data sets.
 */
export function reportHtml(content: ReportContent): string {
  const { title, runs, reported, environment, created } = content;
  const table = reproductionTable(runs, reported);
  const notes = [...new Set([...table.notes, ...(content.notes ?? [])])];
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
<p class="eyebrow">lazyahead${table.experiment ? ` · ${escapeHtml(table.experiment)}` : ''}</p>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(leadSentence(table)).replace(/ %/g, '&nbsp;%')}</p>
${notes.length > 0 ? `<ul class="notes">${notes.map((n) => `<li>${escapeHtml(n)}</li>`).join('')}</ul>` : ''}
</header>
${comparisonTable(table)}
<noscript><section>The charts need JavaScript; the tables do not.</section></noscript>
${chart(table.metric, validationChart(runs, { reported }), metricCaption(table))}
${chart('loss', lossChart(runs), LOSS_CAPTION)}
${runList(runs)}
${environmentList(environment)}
${created ? `<footer>Written ${escapeHtml(created.toISOString().slice(0, 16).replace('T', ' '))} UTC.</footer>` : ''}
</main>
<script type="application/json" id="themes">${jsonForScript(themes)}</script>
<script>${plotly}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** Nothing may be loaded from anywhere: a browser itself holds the page to that. */
const CONTENT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

function chart(id: string, figure: Figure, caption: string): string {
  return `<figure>
<div class="chart" data-figure="figure-${id}"></div>
<figcaption>${escapeHtml(caption)}</figcaption>
<script type="application/json" id="figure-${id}">${jsonForScript(figure)}</script>
</figure>`;
}
