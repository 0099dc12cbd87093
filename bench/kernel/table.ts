/** Kernels' rows as a table for a terminal. */
import { columns } from '../columns.js';
import { KERNELS } from './kernels.js';
import type { KernelRow } from './row.js';

const NAMES = { ours: 'ours', tslab: 'stock tslab', deno: 'Deno' };

export function kernelTable(rows: KernelRow[]): string {
  const cells = [
    ['', ...KERNELS.map((kernel) => NAMES[kernel]), 'asked', ''],
    ...rows.map((row) => [
      row.name,
      ...KERNELS.map((kernel) => text(row, row[kernel], row.p10_p90[kernel])),
      row.at_most === null ? '' : `≤ ${row.at_most} ${row.unit}`,
      row.met === null ? '' : row.met ? 'met' : 'NOT MET',
    ]),
  ];
  const remarks = rows.flatMap(({ name, remarks }) =>
    KERNELS.filter((kernel) => remarks[kernel]).map(
      (kernel) => `${name}, ${NAMES[kernel]}: ${remarks[kernel]}`,
    ),
  );
  return [
    'Medians (10–90 %) through jupyter_client, until the reply and idle have come',
    columns(cells, new Set([0, 5])),
    ...remarks,
  ].join('\n');
}

function text({ unit }: KernelRow, value: number | null, spread?: [number, number]): string {
  if (value === null) return '–';
  const digits = value < 100 ? 1 : 0;
  const range = spread && spread[0] !== spread[1];
  const [low, high] = (spread ?? []).map((end) => end.toFixed(digits));
  return `${value.toFixed(digits)} ${unit}${range ? ` (${low}–${high})` : ''}`;
}
