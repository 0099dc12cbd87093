/** Timing two or more sides against each other so that the machine's noise hits all of them. */
import { judged, type Limit, type Row, round, type TimeRow } from './suite.js';

/** Something that takes training steps. */
export interface Side {
  /** Takes n steps. @returns each step's time in milliseconds. */
  steps(n: number): number[] | Promise<number[]>;
}

/** How long and how finely to measure. */
export interface Schedule {
  /**
   * Steps of each side before anything counts. Default: 10, and as many as fit into 4 seconds, for V8
   * compiles what takes the steps to its best code only after a thousand of them.
   */
  warmUp?: number;
  /** Blocks of each side. Default 16. */
  blocks?: number;
  /** A block's length in milliseconds, as far as whole samples allow. Default 150. */
  blockMs?: number;
  /**
   * Steps whose mean is one sample. Default 1; k for an optimizer that does something more at every
   * kth step, which a median of single steps would not see.
   */
  group?: number;
}

/** Milliseconds a step over all samples of a side. */
export interface Summary {
  median: number;
  p10: number;
  p90: number;
  samples: number;
}

/** Fewest and most samples in a block. */
const BLOCK_SAMPLES = [3, 40];

/**
 * Runs the sides in turn, in small blocks, every other time in the opposite order.
 *
 * @returns a summary of each side, in the order given.
 */
export async function alternate(sides: Side[], schedule: Schedule = {}): Promise<Summary[]> {
  const { blocks = 16, blockMs = 150, group = 1 } = schedule;
  const lanes = [];
  for (const side of sides) {
    // Whole groups, so that the kth step stays the last of its group.
    const whole = (steps: number) => Math.ceil(steps / group) * group;
    const warm = await side.steps(whole(schedule.warmUp ?? 10));
    const ms = percentile(warm.slice(warm.length >> 1), 50) * group;
    if (schedule.warmUp === undefined) {
      await side.steps(whole(Math.min(1000, Math.floor(4000 / ms))));
    }
    const samples = Math.min(
      BLOCK_SAMPLES[1],
      Math.max(BLOCK_SAMPLES[0], Math.round(blockMs / ms)),
    );
    lanes.push({ side, steps: samples * group, times: [] as number[] });
  }
  for (let block = 0; block < blocks; block++) {
    for (const lane of block % 2 === 0 ? lanes : lanes.toReversed()) {
      lane.times.push(...means(await lane.side.steps(lane.steps), group));
    }
  }
  return lanes.map(({ times }) => summarize(times));
}

function means(times: number[], group: number): number[] {
  return Array.from({ length: times.length / group }, (_, i) => {
    const sum = times.slice(i * group, (i + 1) * group).reduce((a, b) => a + b);
    return sum / group;
  });
}

/** Median and spread of times. */
export function summarize(times: number[]): Summary {
  const [p10, median, p90] = [10, 50, 90].map((p) => percentile(times, p));
  return { median, p10, p90, samples: times.length };
}

/** The pth percentile, interpolated linearly between the two nearest values (numpy's default). */
export function percentile(values: number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = ((sorted.length - 1) * p) / 100;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** Steps timed one by one. @param step - takes the ith step since the beginning. */
export function timed(step: (i: number) => void): Side {
  let taken = 0;
  return {
    steps: (n) =>
      Array.from({ length: n }, () => {
        const start = performance.now();
        step(taken++);
        return performance.now() - start;
      }),
  };
}

/** A row of two sides' summaries. */
export function timeRow(
  what: Pick<Row, 'name' | 'vocabulary' | 'other'>,
  [ours, other]: Summary[],
  limit: Limit,
  judge: boolean,
): TimeRow {
  return {
    name: what.name,
    vocabulary: what.vocabulary,
    ours_ms: round(ours.median),
    other: what.other,
    other_ms: round(other.median),
    ...judged(ours.median, other.median, limit, judge),
    ours_p10_p90: [round(ours.p10), round(ours.p90)],
    other_p10_p90: [round(other.p10), round(other.p90)],
    samples: [ours.samples, other.samples],
  };
}
