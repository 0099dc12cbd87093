/** The report's sections that are not charts, as HTML. */

import { cellLabel, cellsOf, isSweep, parametersText } from '../charts/cells.js';
import { optimizerStyle } from '../charts/figure.js';
import { haveOwnLooks } from '../charts/series.js';
import type { Hyperparameters } from '../experiments/experiment.js';
import { METRICS, type Metric } from '../experiments/metric.js';
import { ENOUGH_PAIRS, RULE } from '../statistics/reproduced.js';
import type { Sample } from '../statistics/sample.js';
import { metricOf, type RunResult, resultOf } from '../training/results.js';
import { sharedFacts } from './environment.js';
import { escapeHtml } from './escape.js';
import {
  type Footnotes,
  formatConfidence,
  formatCount,
  formatDifference,
  formatDuration,
  formatMark,
  formatSample,
  formatSeeds,
  formatValue,
} from './format.js';
import type { ReproductionRow, ReproductionTable } from './reproduction.js';
import {
  differenceBasis,
  sourcesIn,
  togetherLines,
  UNCONTROLLED,
  verdictLines,
  WHERE,
} from './sentences.js';

/**
 * Reported beside reproduced, a row an optimizer, the sources below.
 *
 * @param prefix - of the ids in it, where a page has several tables.
 */
export function comparisonTable(table: ReproductionTable, prefix = ''): string {
  if (table.rows.length === 0) return '';
  const notes = sourcesIn(table);
  const metric = METRICS[table.metric];
  const has = {
    // What was reported was reported of one setting.
    reported: !isSweep(table.rows) && table.rows.some((row) => row.reported !== null),
    test: table.rows.some((row) => row.reproduced?.test !== undefined),
  };
  const rows = table.rows.map((row) =>
    [
      nameCell({
        ...{ optimizer: row.optimizer, parameters: row.parameters },
        below: isSweep(table.rows) ? '' : idOf(row.optimizer),
        hasColor: haveOwnLooks(table.rows),
      }),
      ...(has.reported ? [reportedCell(row, notes, prefix)] : []),
      reproducedCell(metric, row),
      sampleCell('Last epoch', metric, row.reproduced?.final),
      ...(has.test ? [sampleCell('Test', metric, row.reproduced?.test)] : []),
      cell('Time per run', row.reproduced ? formatDuration(row.reproduced.seconds) : '–'),
    ].join(''),
  );
  const header = [
    ...['Optimizer', ...(has.reported ? ['Reported'] : []), 'Best epoch', 'Last epoch'],
    ...[...(has.test ? ['Test'] : []), 'Time per run'],
  ];
  const sources = (has.reported ? notes.sources : []).map(
    ({ source, mark }, i) =>
      `<li id="${prefix}source-${i + 1}">${escapeHtml(source)}; ${formatMark(mark)}</li>`,
  );
  return `<section>
<h2>${has.reported ? 'Reported and reproduced' : 'Results'}</h2>
${htmlTable(header, rows)}
<p class="small">${legendOf(table, has.test)}</p>
${sources.length > 0 ? `<ol class="sources">${sources.join('')}</ol>` : ''}
</section>`;
}

/** What the columns are. */
function legendOf({ rows, metric }: ReproductionTable, hasTest: boolean): string {
  const several = rows.some((row) => row.reproduced?.best.sd != null);
  return [
    `Best epoch: validation ${metric} at the best epoch of each run${several ? ', mean ± standard deviation over seeds, below it the 95 % confidence interval of the mean' : ''}.`,
    'Last epoch: the same after the last one.',
    hasTest ? 'Test: on the test data, at the epoch that is best on the validation data.' : '',
  ]
    .join(' ')
    .trim();
}

/** Optimizers against what they wrap, and what the rule says. */
export function ruleSection(table: ReproductionTable): string {
  const metric = METRICS[table.metric];
  const label = (optimizer: string, parameters: Hyperparameters) =>
    escapeHtml(cellLabel(optimizer, parameters));
  const differences = table.differences
    .filter(({ pairs }) => pairs.confidence !== null)
    .map((row) =>
      [
        `<td><span class="name">${label(row.optimizer, row.parameters)}</span><span class="small">minus ${label(row.baseline, row.baselineParameters)}${WHERE[row.on]}</span></td>`,
        cell('Reported', row.reported === null ? '–' : formatDifference(metric, row.reported)),
        cell(
          'On equal seeds',
          `<span class="strong">${formatDifference(metric, row.pairs.mean)}</span><span class="small">${differenceBasis(table, row)}${row.isControlled === false ? `; ${UNCONTROLLED}` : ''}</span>`,
        ),
        cell('Verdict', row.verdict ?? '–'),
      ].join(''),
    );
  const verdicts = [...verdictLines(table), ...togetherLines(table)].map(
    (line) => `<li>${escapeHtml(line)}</li>`,
  );
  if (differences.length + verdicts.length === 0) return '';
  const silence =
    table.incomparable && table.rows.some(({ reported }) => reported !== null)
      ? ` The rule says nothing here: ${escapeHtml(table.incomparable)}.`
      : '';
  const header = ['Optimizer', 'Reported', 'On equal seeds', 'Verdict'];
  return `<section>
<h2>Differences, and what is reproduced</h2>
${differences.length > 0 ? htmlTable(header, differences) : ''}
${verdicts.length > 0 ? `<ul class="verdicts">${verdicts.join('')}</ul>` : ''}
<p class="small">${RULE}${silence}</p>
</section>`;
}

function htmlTable(header: string[], rows: string[], kind = ''): string {
  const [first, ...others] = header.map(escapeHtml);
  const heads = others.map((name) => `<th class="number">${name}</th>`).join('');
  return `<table${kind && ` class="${kind}"`}>
<thead><tr><th>${first}</th>${heads}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</tbody>
</table>`;
}

/** A cell of a table of runs, or of settings. */
interface NameCell {
  optimizer: string;
  /** What varies beside optimizers. */
  parameters?: Hyperparameters;
  /** Markup that stands below. */
  below: string;
  /** Where charts have a colour a setting the optimizer's own would mislead. */
  hasColor: boolean;
}

/** An optimizer's name, and what distinguishes it from others. */
function nameCell({ optimizer, parameters = {}, below, hasColor }: NameCell): string {
  const { label, color } = optimizerStyle(optimizer);
  const swatch = hasColor ? `<span class="swatch" style="background:${color}"></span>` : '';
  const values = parametersText(parameters);
  const where = values ? `<span class="small">${escapeHtml(values)}</span>` : '';
  return `<td>${swatch}<span class="name">${escapeHtml(label)}</span>${where}${below}</td>`;
}

/** What the command line calls an optimizer; one written as a spec is its own label. */
function idOf(optimizer: string): string {
  const { label } = optimizerStyle(optimizer);
  return label === optimizer ? '' : `<code class="small">${escapeHtml(optimizer)}</code>`;
}

function reportedCell({ reported }: ReproductionRow, notes: Footnotes, prefix: string): string {
  if (!reported) return cell('Reported', '–');
  const { text, mark } = reported;
  const doubt = mark === 'recalled' ? `<span class="small">${formatMark(mark)}</span>` : '';
  const number = notes.numberOf(reported);
  return cell(
    'Reported',
    `${escapeHtml(text)}<sup><a href="#${prefix}source-${number}">${number}</a></sup>${doubt}`,
  );
}

function reproducedCell(metric: Metric, { reproduced }: ReproductionRow): string {
  if (!reproduced) return cell('Best epoch', 'no completed run');
  const { seeds, best } = reproduced;
  const interval = best.n >= ENOUGH_PAIRS ? `: ${formatConfidence(metric, best)}` : '';
  return cell(
    'Best epoch',
    `<span class="strong">${formatSample(metric, best)}</span><span class="small">${formatSeeds(seeds.length)}${interval}</span>`,
  );
}

function sampleCell(label: string, metric: Metric, sample: Sample | undefined): string {
  return cell(label, sample ? formatSample(metric, sample) : '–');
}

/** Every run: what it did and the hash by which a second one can be compared with it. */
export function runList(runs: RunResult[]): string {
  if (runs.length === 0) return '';
  const metric = metricOf(runs[0].summary);
  const best = `Best ${metric.name}`;
  const cells = cellsOf(runs);
  const parametersOf = new Map(
    cells.flatMap((each) => each.runs.map((run) => [run, each.parameters] as const)),
  );
  const rows = runs.map((run) => {
    const { summary: s } = run;
    const status =
      s.status === 'completed' ? '' : `<span class="small">${escapeHtml(s.status)}</span>`;
    const message = s.message ? `<span class="small">${escapeHtml(s.message)}</span>` : '';
    return [
      nameCell({
        ...{ optimizer: s.optimizer, parameters: parametersOf.get(run) },
        below: status + message,
        hasColor: haveOwnLooks(cells),
      }),
      cell('Seed', escapeHtml(String(s.seed))),
      cell('Epochs', escapeHtml(formatCount(s.epochs))),
      cell('Steps', escapeHtml(formatCount(s.steps))),
      cell(best, formatValue(metric, resultOf(s).best)),
      cell('Time', formatDuration(s.seconds)),
      cell(
        'Weights',
        `<code title="${escapeHtml(s.weightsSha256)}">${escapeHtml(s.weightsSha256.slice(0, 12))}</code>`,
      ),
    ].join('');
  });
  const header = ['Optimizer', 'Seed', 'Epochs', 'Steps', best, 'Time', 'Weights'];
  const seconds = runs.reduce((sum, { summary }) => sum + summary.seconds, 0);
  return `<section>
<h2>Runs</h2>
${htmlTable(header, rows, 'runs')}
<p class="small">${runs.length === 1 ? '1 run' : `${runs.length} runs`}, ${formatDuration(seconds)} of training in all, validation included. Weights: the start of the SHA-256 of the final weights, in full in each run’s summary.json. With the same seed, backend and thread count a second run ends with the same one.</p>
</section>`;
}

/** The machines and software of the runs. */
export function environmentList(environments: Record<string, unknown>[]): string {
  const items = sharedFacts(environments).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  if (items.length === 0) return '';
  return `<section>
<h2>Environment</h2>
<dl>${items.join('')}</dl>
</section>`;
}

function cell(label: string, html: string): string {
  return `<td class="number" data-label="${label}"><span>${html}</span></td>`;
}
