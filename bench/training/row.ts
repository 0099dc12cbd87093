/** What the suite `training` says of a workload at a number of threads. */
import { round } from '../suite.js';
import type { Summary } from '../timing.js';
import type { Workload } from './workloads.js';

export const SIDES = ['ours', 'stock', 'keras', 'torch'] as const;
export type SideName = (typeof SIDES)[number];

/** Times in milliseconds a step, medians; null for a side that was left out. */
export interface TrainingRow {
  workload: string;
  threads: number;
  ours_ms: number;
  stock_ms: number | null;
  keras_ms: number | null;
  torch_ms: number | null;
  /** Ours over the other's. */
  ratio_stock: number | null;
  ratio_keras: number | null;
  ratio_torch: number | null;
  /** Blocks of each side. */
  rounds: number;
  /** The 10th and 90th percentile of each side's times. */
  p10_p90: Partial<Record<SideName, [number, number]>>;
  /** Most memory that each side's process has had, in MB of 10⁶ bytes. */
  peak_mb: Partial<Record<SideName, number>>;
  /** What each ratio may be at most, and whether it is; empty for sizes that no limit is meant for. */
  limits: Partial<Record<Exclude<SideName, 'ours'>, { at_most: number; met: boolean }>>;
  /** Whether all limits that could be judged are met; null where there was none. */
  met: boolean | null;
  /** Time with Lookahead (k = 5) over the time without. */
  lookahead_overhead: number;
  /** Of a step. */
  multiply_adds: number;
  /** The machine's rate on a large matrix product, in 10⁹ multiply-adds a second. */
  gmacs: number;
  /** What the multiply-adds take at that rate, and ours over it. */
  gflops_limit_ms: number;
  ours_over_limit: number;
}

/** What has been measured of a workload. */
export interface Measured {
  workload: Workload;
  threads: number;
  rounds: number;
  times: Partial<Record<SideName, Summary>> & { ours: Summary };
  /** Bytes. */
  memory: Partial<Record<SideName, number>>;
  lookaheadOverhead: number;
  multiplyAdds: number;
  /** Multiply-adds a millisecond. */
  rate: number;
}

/** @param judge - false for sizes that the limits are not meant for. */
export function trainingRow(measured: Measured, judge: boolean): TrainingRow {
  const { workload, threads, rounds, times, memory } = measured;
  const ours = times.ours.median;
  const ms = (side: SideName) => (times[side] ? round(times[side].median) : null);
  const ratio = (side: SideName) => (times[side] ? round(ours / times[side].median) : null);
  const ratios = { stock: ratio('stock'), keras: ratio('keras'), torch: ratio('torch') };
  const atMost = { stock: 1, ...workload.atMost };
  const limits: TrainingRow['limits'] = {};
  for (const [side, most] of Object.entries(atMost) as ['stock' | 'keras' | 'torch', number][]) {
    const has = ratios[side];
    if (judge && has !== null) limits[side] = { at_most: most, met: has <= most };
  }
  const judged = Object.values(limits);
  const limit = measured.multiplyAdds / measured.rate;
  const perSide = <T, U>(values: Partial<Record<SideName, T>>, turn: (value: T) => U) =>
    Object.fromEntries(
      Object.entries(values).map(([side, value]) => [side, turn(value as T)]),
    ) as Partial<Record<SideName, U>>;
  return {
    workload: workload.name,
    threads,
    ours_ms: round(ours),
    stock_ms: ms('stock'),
    keras_ms: ms('keras'),
    torch_ms: ms('torch'),
    ratio_stock: ratios.stock,
    ratio_keras: ratios.keras,
    ratio_torch: ratios.torch,
    rounds,
    p10_p90: perSide(times, ({ p10, p90 }): [number, number] => [round(p10), round(p90)]),
    peak_mb: perSide(memory, (bytes) => Math.round(bytes / 1e6)),
    limits,
    met: judged.length === 0 ? null : judged.every(({ met }) => met),
    lookahead_overhead: round(measured.lookaheadOverhead),
    multiply_adds: measured.multiplyAdds,
    gmacs: round(measured.rate / 1e6),
    gflops_limit_ms: round(limit),
    ours_over_limit: round(ours / limit),
  };
}
