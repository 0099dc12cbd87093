import { UsageError } from '../../runtime/errors.js';

/** How often a checkpoint is written within an epoch: after so many steps, or so many seconds. */
export type Interval = { steps: number } | { seconds: number };

/** A checkpoint of the experiments' models takes 0.01 to 0.2 s: a thousandth of the time, and less. */
const DEFAULT: Interval = { seconds: 120 };

const UNITS = { s: 1, m: 60, h: 3600 };

/**
 * An interval as users write it: `100` steps, `90s`, `5m`, `1h`.
 *
 * @throws UsageError for anything else.
 */
export function parseInterval(text: string | undefined): Interval {
  if (text === undefined) {
    return DEFAULT;
  }
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text.trim()) ?? [];
  const value = Number(digits);
  if (value > 0 && unit !== undefined && unit !== '') {
    return { seconds: value * UNITS[unit as keyof typeof UNITS] };
  }
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(
      `A checkpoint is written every so many steps, as 100, or every so many minutes, as 5m, not every "${text}".`,
    );
  }
  return { steps: value };
}

/** Whether a checkpoint is due after a step; those of epochs come of themselves. */
export function checkpointClock(interval: Interval): {
  isDue(steps: number): boolean;
  written(): void;
} {
  let last = performance.now();
  return {
    isDue: (steps) =>
      'steps' in interval
        ? steps % interval.steps === 0
        : performance.now() - last >= 1000 * interval.seconds,
    written() {
      last = performance.now();
    },
  };
}
