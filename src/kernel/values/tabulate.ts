/** Tables of text, as HTML and as lines of a terminal. */
import { escapeHtml } from '../../report/escape.js';
import type { MimeBundle } from '../../runtime/cell-api.js';

export interface Table {
  columns: { name: string; align: 'left' | 'right' }[];
  /** A cell a column. */
  rows: string[][];
  /** Whether the first column names the rows. */
  rowNames?: boolean;
  /** A line above: what the table is of. */
  title?: string;
  /** A line below: what was left out. */
  note?: string;
}

/** A table in both its forms. */
export function tableBundle(table: Table): MimeBundle {
  return { 'text/html': htmlTable(table), 'text/plain': textTable(table) };
}

/** As an HTML table; whatever markup its texts hold is shown as it stands. */
export function htmlTable({ columns, rows, rowNames, title, note }: Table): string {
  const cell = (tag: string, text: string, column: number) =>
    `<${tag} style="text-align:${columns[column].align}">${escapeHtml(text)}</${tag}>`;
  const line = (cells: string[]) => `<tr>${cells.join('')}</tr>`;
  const head = line(columns.map(({ name }, i) => cell('th', name, i)));
  const body = rows.map((row) =>
    line(row.map((text, i) => cell(rowNames && i === 0 ? 'th' : 'td', text, i))),
  );
  return [
    ...(title ? [`<p>${escapeHtml(title)}</p>`] : []),
    `<table>\n<thead>${head}</thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`,
    ...(note ? [`<p>${escapeHtml(note)}</p>`] : []),
  ].join('\n');
}

/** As text in aligned columns. */
export function textTable({ columns, rows, title, note }: Table): string {
  const lines = [columns.map(({ name }) => name), ...rows].map((row) => row.map(onOneLine));
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const aligned = lines.map((line) =>
    line
      .map((text, i) =>
        columns[i].align === 'right' ? text.padStart(widths[i]) : text.padEnd(widths[i]),
      )
      .join('  ')
      .trimEnd(),
  );
  return [...(title ? [title] : []), ...aligned, ...(note ? [note] : [])].join('\n');
}

const onOneLine = (text: string) => text.replace(/\r?\n|\r/g, '↵');
