/** The reproduction table for a terminal. */

import { isSweep, parametersText } from '../charts/cells.js';
import { wrapText } from '../charts/wrap-text.js';
import { METRICS } from '../experiments/metric.js';
import { visibleText } from '../runtime/visible-text.js';
import { formatConfidence, formatMark, formatSample, formatValue } from './format.js';
import type { ReportContent } from './html.js';
import { type ReproductionTable, reproductionTable } from './reproduction.js';
import { differenceLines, sourcesIn, verdictLines } from './sentences.js';

const WIDTH = 100;
const GAP = '  ';
/** Widest contents of each column; longer text goes on in the next line of its cell. */
const COLUMN_WIDTHS: Record<string, number> = {
  optimizer: 20,
  setting: 16,
  reported: 16,
  reproduced: 15,
  '95 % interval': 14,
  'last epoch': 10,
  test: 8,
  seeds: 5,
};

/**
 * The table as aligned plain text of at most 100 columns, with what it says by the rule, its sources
 * and notes below. 'reproduced' is the best epoch's result on the validation data, the mean over
 * seeds; 'test' that of the same epoch on test data, where there are any.
 */
export function reproductionText(table: ReproductionTable): string {
  const notes = sourcesIn(table);
  const metric = METRICS[table.metric];
  const several = table.rows.some((row) => row.reproduced?.best.sd != null);
  const hasTest = table.rows.some((row) => row.reproduced?.test !== undefined);
  // What was reported was reported of one setting: a sweep's table needs the room for its own.
  const hasSettings = isSweep(table.rows);
  const rows = table.rows.map(({ optimizer, parameters, reported, reproduced }) => ({
    optimizer,
    ...(hasSettings
      ? { setting: parametersText(parameters) || '–' }
      : { reported: reported ? `${reported.text} [${notes.numberOf(reported)}]` : '–' }),
    reproduced: reproduced ? formatSample(metric, reproduced.best) : '–',
    ...(several && {
      '95 % interval': formatConfidence(metric, reproduced?.best),
    }),
    'last epoch': formatValue(metric, reproduced?.final.mean ?? null),
    ...(hasTest && { test: formatValue(metric, reproduced?.test?.mean ?? null) }),
    seeds: String(reproduced?.seeds.length ?? 0),
  }));
  // The reports have those at the last epoch as well, and what is left of all together: beside this
  // table it would be too much.
  const atBest = { ...table, differences: table.differences.filter(({ on }) => on !== 'last') };
  const said = [...verdictLines(table), ...differenceLines(atBest)];
  const what = [table.dataset, table.preset && `preset ${table.preset}`].filter(Boolean).join(', ');
  const lower = metric.better === 'lower' ? ' (lower is better)' : '';
  const spread = several ? ' (mean ± standard deviation over seeds)' : '';
  return [
    ...wrapText(visibleText(`reported / reproduced${what ? `: ${what}` : ''}`), WIDTH),
    `validation ${metric.name}${lower}, best epoch${spread}`,
    '',
    ...(rows.length > 0 ? gridLines(rows) : ['no run was made']),
    '',
    ...said.flatMap((line) => hanging('- ', line)),
    ...(hasSettings ? [] : notes.sources).flatMap(({ source, mark }, i) =>
      hanging(`[${i + 1}] `, `${source}; ${formatMark(mark)}`),
    ),
    ...table.notes.flatMap((note) => hanging('! ', note)),
  ]
    .join('\n')
    .trimEnd();
}

/** A whole report as text, a table a section. */
export function reportText({ sections, notes = [] }: ReportContent): string {
  const tables = sections.map(({ title, runs, reported, notes }) =>
    [
      ...(title ? [visibleText(title), ''] : []),
      reproductionText(reproductionTable(runs, reported, notes)),
    ].join('\n'),
  );
  const own = notes.flatMap((note) => hanging('! ', note));
  return [...tables, ...(own.length > 0 ? [own.join('\n')] : [])].join('\n\n');
}

/** Rows under the names of the first one's values, in columns as wide as they must be. */
export function gridLines(rows: Record<string, string>[]): string[] {
  const header = Object.keys(rows[0]);
  const wrapped = [header, ...rows.map((row) => Object.values(row))].map((row) =>
    row.map((cell, i) =>
      wrapText(visibleText(cell), COLUMN_WIDTHS[header[i]] ?? Number.POSITIVE_INFINITY),
    ),
  );
  const widths = header.map((_, i) =>
    Math.max(...wrapped.flatMap((row) => row[i].map((line) => line.length))),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
  const [head, ...body] = wrapped.map((row) => rowLines(row, widths));
  return [...head, rule, ...body.flat()];
}

function rowLines(cells: string[][], widths: number[]): string[] {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, i) =>
    cells
      .map((lines, column) => (lines[i] ?? '').padEnd(widths[column]))
      .join(GAP)
      .trimEnd(),
  );
}

function hanging(mark: string, text: string): string[] {
  const lines = wrapText(visibleText(text), WIDTH - mark.length);
  return lines.map((line, i) => (i === 0 ? mark : ' '.repeat(mark.length)) + line);
}
