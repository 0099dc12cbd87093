/** What a few runs, which differ in their seed alone, say of all runs like them. */
import { studentQuantile } from './student.js';

/** Lower and upper end. */
export type Interval = [number, number];

/** Figures of a sample, in the unit of its values. */
export interface Sample {
  /** How many values. */
  n: number;
  mean: number;
  /** Sample standard deviation, with n − 1; null for one value. */
  sd: number | null;
  /**
   * 95 % confidence interval of the mean, by Student's t:
   * mean ± t(0.975, n − 1) · sd / √n. Null for one value.
   */
  confidence: Interval | null;
  /**
   * 95 % prediction interval for one more value:
   * mean ± t(0.975, n − 1) · sd · √(1 + 1 / n). Null for one value.
   */
  prediction: Interval | null;
}

/**
 * Describes values taken to be independent and normally distributed.
 *
 * @returns null for no values.
 * @example sampleOf([0.83, 0.84, 0.85])?.confidence // [0.815, 0.865]
 */
export function sampleOf(values: number[]): Sample | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, sd: null, confidence: null, prediction: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (n - 1));
  const t = studentQuantile(0.975, n - 1);
  const around = (half: number): Interval => [mean - half, mean + half];
  return {
    n,
    mean,
    sd,
    confidence: around((t * sd) / Math.sqrt(n)),
    prediction: around(t * sd * Math.sqrt(1 + 1 / n)),
  };
}

/** Whether a value lies in an interval, its ends included. */
export const isIn = ([low, high]: Interval, value: number) => low <= value && value <= high;
