import { type Table, tableBundle } from '../kernel/values/tabulate.js';
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
  display(tableBundle(tabulate(rows)));
}

/** Numbers stand to the right. */
export function tabulate(rows: Row[]): Table {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    columns: names.map((name) => ({ name, align: isNumeric(rows, name) ? 'right' : 'left' })),
    rows: rows.map((row) => names.map((name) => text(row[name]))),
  };
}

const text = (value: Row[string]) => (value === null || value === undefined ? '' : String(value));

/** True for a column of numbers, also those already written with a unit: '83.7 %'. */
const isNumeric = (rows: Row[], column: string) =>
  rows.every((row) => /^([-+±~≈]?\s?\d[\d.,]*\s?[^\d\s]{0,3})?$/.test(text(row[column])));
