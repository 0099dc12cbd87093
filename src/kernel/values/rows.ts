/** Lists of plain objects as tables. */
import { types } from 'node:util';
import type { MimeBundle } from '../../runtime/cell-api.js';
import { tableBundle } from './tabulate.js';
import { isTensor, tensorTitle } from './tensor.js';
import { lineOf, reasonOf } from './text.js';

const MOST_ROWS = 20;
const MOST_COLUMNS = 20;
const MOST_CHARACTERS = 100;

type PlainObject = Record<string, unknown>;

/** Whether the value was written as `{ … }`, in whichever realm. */
export function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Whether the value is a list, not an empty one, of plain objects that have something in them. */
export function isRows(value: unknown): value is PlainObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    // Not `every`, which passes over holes.
    !value.slice(0, MOST_ROWS).includes(undefined) &&
    value.every(isPlainObject) &&
    value.some((row) => Object.keys(row).length > 0)
  );
}

/** The rows as a table, the first 20 of them, and how many more there are. */
export function rowsBundle(rows: PlainObject[], total = rows.length): MimeBundle {
  const shown = rows.slice(0, MOST_ROWS);
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const columns = names.slice(0, MOST_COLUMNS);
  const cells = shown.map((row) => columns.map((name) => valueIn(row, name)));
  return tableBundle({
    columns: columns.map((name, i) => ({
      name,
      align: cells.every((row) => isNumber(row[i])) ? 'right' : 'left',
    })),
    rows: cells.map((row) => row.map(cellText)),
    note: leftOut(total - shown.length, names.length - columns.length),
  });
}

/** A map as a table of its keys and values; a value's fields have columns of their own. */
export function mapBundle(map: Map<unknown, unknown>): MimeBundle {
  const rows: PlainObject[] = [];
  for (const [key, value] of map) {
    if (rows.length === MOST_ROWS) break;
    // Names that no field has by chance, even where the values have a field `key`.
    rows.push({ '(key)': key, ...(isPlainObject(value) ? value : { '(value)': value }) });
  }
  return rowsBundle(rows, map.size);
}

function valueIn(row: PlainObject, name: string): unknown {
  try {
    return row[name];
  } catch (error) {
    return `[threw ${reasonOf(error)}]`;
  }
}

function cellText(value: unknown): string {
  if (isMissing(value)) return '';
  return lineOf(isTensor(value) ? tensorTitle(value) : value, MOST_CHARACTERS);
}

const isMissing = (value: unknown) => value === undefined || value === null;

const isNumber = (value: unknown) =>
  isMissing(value) || typeof value === 'number' || typeof value === 'bigint';

function leftOut(rows: number, columns: number): string | undefined {
  const parts = [counted(rows, 'row'), counted(columns, 'column')].filter((part) => part !== '');
  return parts.length > 0 ? `… ${parts.join(' and ')}` : undefined;
}

const counted = (n: number, what: string) =>
  n > 0 ? `${n.toLocaleString('en-US')} more ${what}${n === 1 ? '' : 's'}` : '';
