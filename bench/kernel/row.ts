/** What the suite `kernel` says. */
import { round } from '../suite.js';
import { type Summary, summarize } from '../timing.js';
import { KERNELS, type KernelName } from './kernels.js';

/** One quantity of all kernels. */
export interface KernelRow {
  name: string;
  unit: 'ms' | 'MB';
  /** Medians; null for a kernel that was left out, or could not do it. */
  ours: number | null;
  tslab: number | null;
  deno: number | null;
  /** The 10th and 90th percentile of each kernel's samples. */
  p10_p90: Partial<Record<KernelName, [number, number]>>;
  samples: Partial<Record<KernelName, number>>;
  /** What else is to be said of a kernel: lines that were lost, why a cell failed. */
  remarks: Partial<Record<KernelName, string>>;
  /** What ours may be at most; null where nothing is asked, or for sizes that no limit is meant for. */
  at_most: number | null;
  met: boolean | null;
}

/** What one kernel came to: its samples, or why there are none. */
export type Outcome = { samples: number[]; remark?: string; failed?: boolean };

/** @param most - issue 8's limit for ours; null where it has none. */
export function kernelRow(
  name: string,
  unit: 'ms' | 'MB',
  outcomes: Partial<Record<KernelName, Outcome>>,
  most: number | null,
): KernelRow {
  const row: KernelRow = {
    ...{ name, unit, ours: null, tslab: null, deno: null },
    ...{ p10_p90: {}, samples: {}, remarks: {}, at_most: most, met: null },
  };
  for (const kernel of KERNELS) {
    const outcome = outcomes[kernel];
    if (!outcome) continue;
    if (outcome.remark) row.remarks[kernel] = outcome.remark;
    if (outcome.samples.length === 0) continue;
    const { median, p10, p90, samples }: Summary = summarize(outcome.samples);
    row[kernel] = round(median);
    row.p10_p90[kernel] = [round(p10), round(p90)];
    row.samples[kernel] = samples;
  }
  // Ours not having managed it at all is a limit that is not met.
  const ours = outcomes.ours;
  if (most !== null && ours) {
    row.met = !ours.failed && row.ours !== null && row.ours <= most;
  }
  return row;
}
