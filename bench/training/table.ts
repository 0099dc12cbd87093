/** Training rows as tables for a terminal. */
import { columns } from '../columns.js';
import { SIDES, type SideName, type TrainingRow } from './row.js';

const NAMES: Record<SideName, string> = {
  ours: 'ours',
  stock: 'tf.layers',
  keras: 'Keras',
  torch: 'PyTorch',
};

/** Times and ratios; below them memory, Lookahead and the arithmetic limit. */
export function trainingTable(rows: TrainingRow[]): string {
  const others = SIDES.slice(1) as Exclude<SideName, 'ours'>[];
  const names = SIDES.map((side) => NAMES[side]);
  const times = [
    ['', 'threads', ...names, ...others.map((side) => `ours / ${NAMES[side]}`), ''],
    ...rows.map((row) => [
      row.workload,
      String(row.threads),
      ...SIDES.map((side) => time(row, side)),
      ...others.map((side) => ratio(row, side)),
      row.met === null ? '' : row.met ? 'met' : 'NOT MET',
    ]),
  ];
  const more = [
    ['', 'threads', ...names, 'with Lookahead', 'arithmetic limit', 'ours / limit'],
    ...rows.map((row) => [
      row.workload,
      String(row.threads),
      ...SIDES.map((side) => (row.peak_mb[side] ? `${row.peak_mb[side]} MB` : '–')),
      `× ${row.lookahead_overhead.toFixed(2)}`,
      `${row.gflops_limit_ms.toFixed(1)} ms`,
      `× ${row.ours_over_limit.toFixed(1)}`,
    ]),
  ];
  return [
    'Milliseconds a training step: median (10–90 %)',
    columns(times, new Set([0, 9])),
    '',
    "Peak memory of each process; ours with Lookahead over without; the step's multiply-adds",
    "at the machine's rate on a 1024³ matrix product",
    columns(more, new Set([0])),
  ].join('\n');
}

function time(row: TrainingRow, side: SideName): string {
  const ms = row[`${side}_ms`];
  if (ms === null) return '–';
  const [low, high] = row.p10_p90[side]!;
  return `${ms.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
}

/** Also what it may be at most. */
function ratio(row: TrainingRow, side: Exclude<SideName, 'ours'>): string {
  const has = row[`ratio_${side}`];
  if (has === null) return '–';
  const limit = row.limits[side];
  return limit ? `${has.toFixed(2)} (≤ ${limit.at_most})` : has.toFixed(2);
}
