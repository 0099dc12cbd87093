import { display } from './display.js';

/** A table's row: cells by column name. */
export type Row = Record<string, string | number | boolean | null | undefined>;

/**
 * Shows rows as a table under the cell; outside a notebook, as aligned text.
 * The columns are those of all rows, in order of appearance; a missing cell stays empty.
 *
 * @example table([{ optimizer: 'Adam', accuracy: '83.7 %' }]);
 */
export function table(rows: Row[]): void {
  display({ 'text/html': tableHtml(rows), 'text/plain': tableText(rows) });
}

/** The rows as an HTML table, numbers to the right. */
export function tableHtml(rows: Row[]): string {
  const columns = columnsOf(rows);
  const cell = (tag: string, value: Row[string], column: string) => {
    const align = isNumeric(rows, column) ? 'right' : 'left';
    return `<${tag} style="text-align:${align}">${escapeHtml(show(value))}</${tag}>`;
  };
  const line = (cells: string[]) => `<tr>${cells.join('')}</tr>`;
  const head = line(columns.map((column) => cell('th', column, column)));
  const body = rows.map((row) => line(columns.map((column) => cell('td', row[column], column))));
  return `<table>\n<thead>${head}</thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

/** The rows as text in columns, numbers to the right. */
export function tableText(rows: Row[]): string {
  const columns = columnsOf(rows).map((column) => {
    const cells = [column, ...rows.map((row) => show(row[column]))];
    const width = Math.max(...cells.map((text) => text.length));
    const right = isNumeric(rows, column);
    return cells.map((text) => (right ? text.padStart(width) : text.padEnd(width)));
  });
  const lines = Array.from({ length: rows.length + 1 }, (_, i) =>
    columns
      .map((column) => column[i])
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

const columnsOf = (rows: Row[]) => [...new Set(rows.flatMap((row) => Object.keys(row)))];

const show = (value: Row[string]) => (value === null || value === undefined ? '' : String(value));

/** True for a column of numbers, also those already written with a unit: '83.7 %'. */
const isNumeric = (rows: Row[], column: string) =>
  rows.every((row) => /^([-+±~≈]?\s?\d[\d.,]*\s?[^\d\s]{0,3})?$/.test(show(row[column])));

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text that HTML shows as it stands. */
export const escapeHtml = (text: string) =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
