/** The report's sections that are not charts, as HTML. */
import { optimizerStyle } from '../charts/figure.js';
import { METRICS, type Metric } from '../experiments/metric.js';
import { metricOf, type RunResult, resultOf } from '../training/results.js';
import { escapeHtml } from './escape.js';
import {
  bareValue,
  footnotes,
  formatBest,
  formatCount,
  formatDuration,
  formatMark,
  formatSeeds,
  formatValue,
} from './format.js';
import type { ReproductionRow, ReproductionTable } from './reproduction.js';

/** Reported beside reproduced, a row an optimizer, the sources below. */
export function comparisonTable(table: ReproductionTable): string {
  if (table.rows.length === 0) return '';
  const notes = footnotes(table.rows);
  const metric = METRICS[table.metric];
  const hasTest = table.rows.some((row) => row.reproduced?.testMean !== undefined);
  const testCell = ({ reproduced }: ReproductionRow) =>
    hasTest ? cell('Test', formatValue(metric, reproduced?.testMean ?? null)) : '';
  const rows = table.rows.map((row) => {
    const number = row.reported ? notes.numberOf(row.reported) : 0;
    // An optimizer written as a spec is its own label.
    const isLabel = optimizerStyle(row.optimizer).label === row.optimizer;
    const id = isLabel ? '' : `<code class="small">${escapeHtml(row.optimizer)}</code>`;
    return `<tr>${nameCell(row.optimizer, id)}${reportedCell(row, number)}${reproducedCell(metric, row)}${lastCell(metric, row)}${testCell(row)}</tr>`;
  });
  const sources = notes.sources.map(
    ({ source, mark }, i) =>
      `<li id="source-${i + 1}">${escapeHtml(source)}; ${formatMark(mark)}</li>`,
  );
  const spread = table.rows.some((row) => row.reproduced?.sd != null)
    ? ' (mean ± standard deviation over seeds)'
    : '';
  return `<section>
<h2>Reported and reproduced</h2>
<table>
<thead><tr><th>Optimizer</th><th class="number">Reported</th><th class="number">Reproduced</th><th class="number">Last epoch</th>${hasTest ? '<th class="number">Test</th>' : ''}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
<p class="small">Reproduced: validation ${metric.name} at its best epoch${spread}. Last epoch: the same after the last one.${hasTest ? ' Test: on the test data, at the epoch that is best on the validation data.' : ''}</p>
${sources.length > 0 ? `<ol class="sources">${sources.join('')}</ol>` : ''}
</section>`;
}

function nameCell(optimizer: string, below: string): string {
  const { label, color } = optimizerStyle(optimizer);
  return `<td><span class="swatch" style="background:${color}"></span><span class="name">${escapeHtml(label)}</span>${below}</td>`;
}

function reportedCell({ reported }: ReproductionRow, footnote: number): string {
  if (!reported) return cell('Reported', '–');
  const { text, mark } = reported;
  const doubt = mark === 'recalled' ? `<span class="small">${formatMark(mark)}</span>` : '';
  return cell(
    'Reported',
    `${escapeHtml(text)}<sup><a href="#source-${footnote}">${footnote}</a></sup>${doubt}`,
  );
}

function reproducedCell(metric: Metric, { reproduced }: ReproductionRow): string {
  if (!reproduced) return cell('Reproduced', 'no completed run');
  const { seeds, bestPerSeed } = reproduced;
  const each =
    seeds.length > 1 && seeds.length <= 5
      ? `: ${bestPerSeed.map((value) => bareValue(metric, value)).join(', ')}`
      : '';
  return cell(
    'Reproduced',
    `<span class="strong">${formatBest(metric, reproduced)}</span><span class="small">${formatSeeds(seeds.length)}${each}</span>`,
  );
}

function lastCell(metric: Metric, { reproduced }: ReproductionRow): string {
  return cell('Last epoch', formatValue(metric, reproduced?.finalMean ?? null));
}

/** Every run: what it did and the hash by which a second one can be compared with it. */
export function runList(runs: RunResult[]): string {
  if (runs.length === 0) return '';
  const metric = metricOf(runs[0].summary);
  const best = `Best ${metric.name}`;
  const rows = runs.map(({ summary: s }) => {
    const status =
      s.status === 'completed' ? '' : `<span class="small">${escapeHtml(s.status)}</span>`;
    const message = s.message ? `<span class="small">${escapeHtml(s.message)}</span>` : '';
    return `<tr>${nameCell(s.optimizer, status + message)}${[
      cell('Seed', String(s.seed)),
      cell('Epochs', formatCount(s.epochs)),
      cell('Steps', formatCount(s.steps)),
      cell(best, formatValue(metric, resultOf(s).best)),
      cell('Time', formatDuration(s.seconds)),
      cell(
        'Weights',
        `<code title="${escapeHtml(s.weightsSha256)}">${escapeHtml(s.weightsSha256.slice(0, 12))}</code>`,
      ),
    ].join('')}</tr>`;
  });
  return `<section>
<h2>Runs</h2>
<table class="runs">
<thead><tr><th>Optimizer</th><th class="number">Seed</th><th class="number">Epochs</th><th class="number">Steps</th><th class="number">${best}</th><th class="number">Time</th><th class="number">Weights</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
<p class="small">Weights: the start of the SHA-256 of the final weights, in full in each run’s summary.json. With the same seed, backend and thread count a second run ends with the same one.</p>
</section>`;
}

/** Names and values, a nested object's under its path: `native.source`. */
export function environmentList(environment: Record<string, unknown>): string {
  const entries = flatten(environment);
  if (entries.length === 0) return '';
  const items = entries.map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  return `<section>
<h2>Environment</h2>
<dl>${items.join('')}</dl>
</section>`;
}

function flatten(value: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, item]): [string, string][] => {
    const name = prefix + key;
    if (item === null || item === undefined) return [];
    if (typeof item === 'boolean') return [[name, item ? 'yes' : 'no']];
    if (Array.isArray(item)) return [[name, item.map(String).join(', ')]];
    if (typeof item === 'object') return flatten(item as Record<string, unknown>, `${name}.`);
    return [[name, String(item)]];
  });
}

function cell(label: string, html: string): string {
  return `<td class="number" data-label="${label}"><span>${html}</span></td>`;
}
