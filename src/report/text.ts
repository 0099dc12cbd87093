/** The reproduction table for a terminal. */
import { wrapText } from '../charts/wrap-text.js';
import { METRICS } from '../experiments/metric.js';
import { footnotes, formatBest, formatMark, formatValue } from './format.js';
import type { ReproductionTable } from './reproduction.js';

const WIDTH = 100;
const GAP = '  ';
/** Widest contents of each column; longer text goes on in the next line of its cell. */
const COLUMN_WIDTHS = [24, 28, 20, 12, 12, 6];

/**
 * The table as aligned plain text of at most 100 columns, with its sources and notes below.
 * 'reproduced' is the best epoch's result on the validation data, the mean over seeds; 'test' that of
 * the same epoch on test data, where there are any.
 */
export function reproductionText(table: ReproductionTable): string {
  const notes = footnotes(table.rows);
  const metric = METRICS[table.metric];
  const hasTest = table.rows.some((row) => row.reproduced?.testMean !== undefined);
  const header = [
    ...['optimizer', 'reported', 'reproduced', 'last epoch'],
    ...(hasTest ? ['test'] : []),
    'seeds',
  ];
  const cells = table.rows.map(({ optimizer, reported, reproduced }) => [
    optimizer,
    reported ? `${reported.text} [${notes.numberOf(reported)}]` : '–',
    reproduced ? formatBest(metric, reproduced) : '–',
    formatValue(metric, reproduced?.finalMean ?? null),
    ...(hasTest ? [formatValue(metric, reproduced?.testMean ?? null)] : []),
    String(reproduced?.seeds.length ?? 0),
  ]);
  const what = [table.dataset, table.preset && `preset ${table.preset}`].filter(Boolean).join(', ');
  const several = table.rows.some((row) => row.reproduced?.sd != null);
  return [
    ...wrapText(`reported / reproduced${what ? `: ${what}` : ''}`, WIDTH),
    `validation ${metric.name}${metric.better === 'lower' ? ' (lower is better)' : ''}, best epoch${several ? ' (mean ± standard deviation over seeds)' : ''}`,
    '',
    ...(cells.length > 0 ? gridLines(header, cells) : ['no run was made']),
    '',
    ...notes.sources.flatMap(({ source, mark }, i) =>
      hanging(`[${i + 1}] `, `${source}; ${formatMark(mark)}`),
    ),
    ...table.notes.flatMap((note) => hanging('! ', note)),
  ]
    .join('\n')
    .trimEnd();
}

function gridLines(header: string[], rows: string[][]): string[] {
  const wrapped = [header, ...rows].map((row) =>
    row.map((cell, i) => wrapText(cell, COLUMN_WIDTHS[i])),
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
  const lines = wrapText(text, WIDTH - mark.length);
  return lines.map((line, i) => (i === 0 ? mark : ' '.repeat(mark.length)) + line);
}
