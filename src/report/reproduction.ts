/** The comparison every table is made from: what was reported, beside what these runs reproduced. */
import { overridesNote } from '../charts/overrides.js';
import type { MetricName } from '../experiments/metric.js';
import {
  metricOf,
  type ReportedFigure,
  type RunResult,
  type RunSummary,
  resultOf,
} from '../training/results.js';

/** Validation results, in the table's metric, over the completed runs of one optimizer. */
export interface Reproduced {
  /** Mean over seeds of each run's best epoch. */
  bestMean: number;
  /** Each seed's best epoch, in the order of `seeds`. */
  bestPerSeed: number[];
  /** Mean over seeds of each run's last epoch. */
  finalMean: number;
  /** Mean over seeds of the result on test data at the best epoch, where there are any. */
  testMean?: number;
  seeds: number[];
  /** Sample standard deviation (n − 1) of `bestPerSeed`; null with one seed. */
  sd: number | null;
}

export interface ReproductionRow {
  optimizer: string;
  /** Published figure for this optimizer, with its source; null when there is none. */
  reported: Pick<ReportedFigure, 'value' | 'text' | 'source' | 'mark'> | null;
  /** Null when no run of this optimizer was completed. */
  reproduced: Reproduced | null;
}

/** A reproduction as plain JSON. */
export interface ReproductionTable {
  /** Null without runs, as are the next two. */
  experiment: string | null;
  preset: string | null;
  dataset: string | null;
  /** What the values are. */
  metric: MetricName;
  /** One row an optimizer, in the order in which they were run. */
  rows: ReproductionRow[];
  /** What a reader must know before comparing: short sentences, the weightiest first. */
  notes: string[];
}

/**
 * Sets reported figures beside the runs' own.
 *
 * Only completed runs count: the best epoch of a shortened run is not comparable with that of a
 * whole one. The others are named in the notes.
 *
 * @param runs - of one experiment, preset and data set.
 * @param reported - published figures; of several for an optimizer the first is taken.
 * @param note - a further note, put last.
 * @throws Error when the runs are of several experiments, presets or data sets.
 */
export function reproductionTable(
  runs: RunResult[],
  reported: ReportedFigure[],
  { note }: { note?: string } = {},
): ReproductionTable {
  const summaries = runs.map((run) => run.summary);
  const optimizers = [...new Set(summaries.map((s) => s.optimizer))];
  return {
    experiment: theOnly(summaries, 'experiment'),
    preset: theOnly(summaries, 'preset'),
    dataset: theOnly(summaries, 'dataset'),
    metric: metricOf(summaries[0] ?? {}).name,
    rows: optimizers.map((optimizer) => ({
      optimizer,
      reported: reportedFor(optimizer, reported),
      reproduced: reproduce(summaries.filter((s) => s.optimizer === optimizer)),
    })),
    notes: [...notesOn(summaries), ...(note ? [note] : [])],
  };
}

function theOnly(summaries: RunSummary[], key: 'experiment' | 'preset' | 'dataset'): string | null {
  const values = [...new Set(summaries.map((s) => s[key]))];
  if (values.length > 1) {
    throw new Error(`one table compares runs of one ${key}, not of ${values.join(' and ')}`);
  }
  return values[0] ?? null;
}

function reportedFor(optimizer: string, reported: ReportedFigure[]): ReproductionRow['reported'] {
  const figure = reported.find((f) => f.optimizer === optimizer);
  if (!figure) return null;
  const { value, text, source, mark } = figure;
  return { value, text, source, mark };
}

function reproduce(summaries: RunSummary[]): Reproduced | null {
  const completed = summaries.filter(isComplete);
  if (completed.length === 0) return null;
  const results = completed.map(resultOf);
  const bestPerSeed = results.map(({ best }) => best!);
  const tests = results.flatMap(({ test }) => test ?? []);
  return {
    bestMean: mean(bestPerSeed),
    bestPerSeed,
    finalMean: mean(results.map(({ final }) => final!)),
    ...(tests.length === completed.length && { testMean: mean(tests) }),
    seeds: completed.map((s) => s.seed),
    sd: sampleDeviation(bestPerSeed),
  };
}

function isComplete(summary: RunSummary): boolean {
  return summary.status === 'completed' && resultOf(summary).best !== null;
}

function notesOn(summaries: RunSummary[]): string[] {
  const notes: string[] = [];
  if (summaries.some((s) => s.synthetic)) {
    notes.push('synthetic data: not comparable with the reported figures');
  }
  if (summaries.some((s) => s.preset === 'quick')) {
    notes.push('undertrained: a subset of the data');
  }
  if (summaries.some((s) => !s.synthetic && !s.verified)) {
    notes.push('unverified copy: the data files differ from the published ones');
  }
  const overrides = overridesNote(summaries);
  if (overrides !== '') {
    notes.push(overrides);
  }
  for (const s of summaries.filter((each) => !isComplete(each))) {
    notes.push(
      `not counted: ${s.optimizer}, seed ${s.seed}, ${s.status} after ${epochs(s.epochs)}`,
    );
  }
  return notes;
}

function epochs(n: number): string {
  return n === 1 ? '1 epoch' : `${n} epochs`;
}

function mean(values: number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function sampleDeviation(values: number[]): number | null {
  if (values.length < 2) return null;
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (values.length - 1));
}
