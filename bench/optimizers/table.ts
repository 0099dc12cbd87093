/** Rows as a table for a terminal. */
import { columns } from '../columns.js';
import type { Row } from '../suite.js';

const HEADER = [
  '',
  'vocabulary',
  'ours',
  '10–90 %',
  'beside it',
  '',
  '10–90 %',
  'ratio',
  'asked',
  '',
];
/** Columns that hold words; the others are aligned to the right. */
const WORDS = new Set([0, 4, 9]);

/** The rows in aligned columns; times in ms a step, memory in MB. */
export function table(rows: Row[]): string {
  const cells = [HEADER, ...rows.map(cellsOf)];
  return columns(cells, WORDS);
}

function cellsOf(row: Row): string[] {
  const times = 'ours_ms' in row;
  const [ours, other] = times
    ? [`${row.ours_ms.toFixed(2)} ms`, `${row.other_ms.toFixed(2)} ms`]
    : [`${row.ours_mb.toFixed(0)} MB`, `${row.other_mb.toFixed(0)} MB`];
  const spread = (range: [number, number]) => range.map((ms) => ms.toFixed(2)).join('–');
  return [
    row.name,
    row.vocabulary?.toLocaleString('en') ?? '',
    ours,
    times ? spread(row.ours_p10_p90) : '',
    row.other,
    other,
    times ? spread(row.other_p10_p90) : '',
    `${row.ratio.toFixed(2)} × ${row.ratio_is === 'other / ours' ? 'faster' : 'as much'}`,
    row.limit ?? '',
    row.met === null ? '' : row.met ? 'met' : 'NOT MET',
  ];
}
