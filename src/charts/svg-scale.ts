/** Axes of drawn charts: where values stand, and which are marked. */

/** An axis. */
export interface Scale {
  /** A value's place (px), from the range's ends. */
  place(value: number): number;
  ticks: { value: number; label: string }[];
}

/** Ticks that fit beside one another. */
const MOST_TICKS = 8;

/** Equal steps, marked at round numbers. `whole`: at whole ones alone. */
export function linearScale(
  [low, high]: [number, number],
  [from, to]: [number, number],
  { whole = false } = {},
): Scale {
  const step = Math.max(roundStep((high - low) / MOST_TICKS), whole ? 1 : 0);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return {
    place: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: count }, (_, i) => {
      const value = (first + i) * step;
      return { value, label: value.toFixed(digits) };
    }),
  };
}

/** Equal ratios, marked at 1, 2 and 5 times the powers of 10. */
export function logScale([low, high]: [number, number], ends: [number, number]): Scale {
  const { place } = linearScale([Math.log10(low), Math.log10(high)], ends);
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    values.push(...[1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  }
  return {
    place: (value) => place(Math.log10(value)),
    ticks: values
      .filter((value) => value >= low && value <= high)
      .map((value) => ({ value, label: String(value) })),
  };
}

/** 1, 2 or 5 times a power of 10, the least that is no smaller. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= least * (1 - 1e-9))!;
}

/** The least and the greatest of some values, a share of their distance further apart. */
export function padded(values: number[], share: number): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = low === high ? Math.max(1, Math.abs(low)) * share : (high - low) * share;
  return [low - margin, high + margin];
}
