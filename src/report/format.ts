/** How numbers read in tables, in the terminal and on the page alike. */
import { formatMetric, type Metric } from '../experiments/metric.js';
import { ENOUGH_PAIRS } from '../statistics/reproduced.js';
import type { Interval, Sample } from '../statistics/sample.js';
import { metricOf, type ReportedFigure, type RunSummary, resultOf } from '../training/results.js';

/** A value of the metric as '83.74 %'; '–' for null. */
export function formatValue(metric: Metric, value: number | null): string {
  return value === null ? '–' : formatMetric(metric, value);
}

/** '83.74 %', or with several seeds '83.74 ± 0.21 %': mean and sample standard deviation. */
export function formatSample(metric: Metric, { mean, sd }: Pick<Sample, 'mean' | 'sd'>): string {
  if (sd === null) return formatMetric(metric, mean);
  return `${bareValue(metric, mean)} ± ${bareValue(metric, sd)}${metric.unit}`;
}

/** '83.51 to 84.03'; '–' for null. */
export function formatInterval(metric: Metric, interval: Interval | null): string {
  return interval === null ? '–' : interval.map((end) => bareValue(metric, end)).join(' to ');
}

/** The 95 % interval of a mean; '–' where there are too few values for it to tell anything. */
export function formatConfidence(metric: Metric, sample: Sample | null | undefined): string {
  return formatInterval(metric, sample && sample.n >= ENOUGH_PAIRS ? sample.confidence : null);
}

/** '+0.93 points', '−1.20': a difference of two values of the metric. */
export function formatDifference(metric: Metric, value: number): string {
  const sign = value < 0 ? '−' : '+';
  return `${sign}${bareValue(metric, Math.abs(value))}${metric.unit === ' %' ? ' points' : metric.unit}`;
}

/** '83.74', '−1.20': without the unit. */
export const bareValue = ({ factor, digits }: Metric, value: number): string =>
  (factor * value).toFixed(digits).replace('-', '−');

/** '1 seed', '3 seeds'. */
export function formatSeeds(n: number): string {
  return n === 1 ? '1 seed' : `${n} seeds`;
}

/** Seconds as '8.4 s', '3 min 05 s' or '2 h 10 min'. */
export function formatDuration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${two(Math.round(seconds) % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** 12,345 whatever the reader's locale. */
export function formatCount(n: number): string {
  return n.toLocaleString('en-US');
}

const MARKS: Record<ReportedFigure['mark'], string> = {
  read: 'read in the source itself',
  quoted: 'quoted by another publication',
  recalled: 'recalled, not checked',
};

/** How sure we are of a reported figure, in words. */
export function formatMark(mark: ReportedFigure['mark']): string {
  return MARKS[mark];
}

/** The distinct sources of a table's reported figures, numbered from 1 as its footnotes are. */
export function footnotes(rows: { reported: Source | null }[]): Footnotes {
  const keys: string[] = [];
  const sources: Source[] = [];
  for (const { reported } of rows) {
    if (!reported || keys.includes(keyOf(reported))) continue;
    keys.push(keyOf(reported));
    sources.push({ source: reported.source, mark: reported.mark });
  }
  return { sources, numberOf: (source) => keys.indexOf(keyOf(source)) + 1 };
}

export type Source = Pick<ReportedFigure, 'source' | 'mark'>;

export interface Footnotes {
  sources: Source[];
  /** The footnote of a figure in the table. */
  numberOf(source: Source): number;
}

function keyOf({ source, mark }: Source): string {
  return JSON.stringify([source, mark]);
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** What came of a run, in words: 'best 83.74 %'. */
export function bestText(summary: RunSummary): string {
  const { best } = resultOf(summary);
  return best === null ? 'no epoch was completed' : `best ${formatMetric(metricOf(summary), best)}`;
}
