/** The comparison every table is made from: what was reported, beside what these runs reproduced. */
import { type Cell, cellsOf, runLabel, valuesOf, variedOf } from '../charts/cells.js';
import { overridesNote } from '../charts/overrides.js';
import { EXPERIMENTS, protocolOf } from '../experiments/config.js';
import { figuresFor, type Hyperparameters, type Protocol } from '../experiments/experiment.js';
import type { MetricName } from '../experiments/metric.js';
import { type FigureVerdict, figureVerdict } from '../statistics/reproduced.js';
import { type Sample, sampleOf } from '../statistics/sample.js';
import {
  metricOf,
  type ReportedFigure,
  type RunResult,
  type RunSummary,
  resultOf,
} from '../training/results.js';
import { type ClaimRow, claimRows } from './claims.js';
import { type DifferenceRow, differenceRows } from './differences.js';

/** Results, in the table's metric, over the completed runs of one cell. */
export interface Reproduced {
  /** Of each run's best epoch on the validation data. */
  best: Sample;
  /** Of each run's last epoch. */
  final: Sample;
  /** On test data, where there are any, at the epoch that is best on the validation data. */
  test?: Sample;
  /** Each seed's best epoch and last one, in the order of `seeds`; what the best comes to on test data. */
  bestPerSeed: number[];
  finalPerSeed: number[];
  testPerSeed?: number[];
  seeds: number[];
  /** Mean wall-clock time of a run (s). */
  seconds: number;
}

/** An optimizer, or a cell of a sweep: what was reported of it, and what came out here. */
export interface ReproductionRow {
  optimizer: string;
  /** Of what varies between rows, beside optimizers, what this one has. */
  parameters: Hyperparameters;
  /** The optimizer's canonical spec; null where runs are older than theirs. */
  spec: string | null;
  /** Published figure for this optimizer, with its source; null when there is none. */
  reported: Pick<ReportedFigure, 'value' | 'text' | 'source' | 'mark' | 'on'> | null;
  /** Null when no run was completed. */
  reproduced: Reproduced | null;
  /** How many runs diverged. */
  diverged: number;
  /** By the rule; null without a figure, or where it cannot be compared with the runs. */
  verdict: FigureVerdict | null;
}

/** A reproduction as plain JSON. */
export interface ReproductionTable {
  /** Null without runs, as are the next three. */
  experiment: string | null;
  preset: string | null;
  dataset: string | null;
  /** On what the best epoch was chosen. */
  protocol: Protocol | null;
  /** What the values are. */
  metric: MetricName;
  /** What optimizers are compared by: the best epochs, or what these come to on test data. */
  judgedOn: 'validation' | 'test';
  /** One row an optimizer, in a sweep one a cell, in the order in which they were run. */
  rows: ReproductionRow[];
  /** Optimizers against what they wrap, on equal seeds. */
  differences: DifferenceRow[];
  /** What was published in words, where the runs are what was reported. */
  claims: ClaimRow[];
  /** Why the rule of what is reproduced says nothing here; null where it does. */
  incomparable: string | null;
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
 * @param notes - further notes, put first.
 * @throws Error when the runs are of several experiments, presets, data sets or protocols.
 */
export function reproductionTable(
  runs: RunResult[],
  reported: ReportedFigure[],
  notes: string[] = [],
): ReproductionTable {
  const summaries = runs.map((run) => run.summary);
  const incomparable = whyIncomparable(summaries);
  const preset = theOnly(summaries, 'preset');
  const figures = figuresFor(preset, reported);
  const rows = cellsOf(runs).map((cell) => rowOf(cell, figures, incomparable === null));
  const counted = rows.flatMap(({ reproduced }) => reproduced ?? []);
  const hasTest = counted.length > 0 && counted.every(({ test }) => test !== undefined);
  const judgedOn = hasTest ? 'test' : 'validation';
  return {
    experiment: theOnly(summaries, 'experiment'),
    preset,
    dataset: theOnly(summaries, 'dataset'),
    protocol: theOnlyOf('protocol', summaries.map(protocolOf)),
    metric: metricOf(summaries[0] ?? {}).name,
    judgedOn,
    rows,
    differences: differenceRows(rows, {
      judgedOn,
      isChosenOnTest: isChosenOnTest(summaries[0]),
      comparable: incomparable === null,
      presetOf: (optimizer) => valuesOf({ ...summaries[0], optimizer, overrides: {} }),
    }),
    claims:
      incomparable === null && reported.length > 0 ? claimRows(claimsOf(summaries[0]), rows) : [],
    incomparable,
    notes: [...notes, ...notesOn(summaries)],
  };
}

/** Whether the best epoch is chosen on the test data. */
export const isChosenOnTest = (summary?: Pick<RunSummary, 'experiment' | 'protocol'>): boolean =>
  summary !== undefined &&
  EXPERIMENTS[summary.experiment]?.heldOutShare !== undefined &&
  protocolOf(summary) === 'best-on-test';

const claimsOf = (summary?: RunSummary) => EXPERIMENTS[summary?.experiment ?? '']?.claims ?? [];

function rowOf(
  { optimizer, parameters, runs }: Cell,
  figures: ReportedFigure[],
  comparable: boolean,
): ReproductionRow {
  const reported = reportedFor(optimizer, figures);
  const reproduced = reproduce(runs.map((run) => run.summary));
  const judged = reproduced && judgedOf(reported, reproduced);
  const verdict = comparable && reported && judged ? figureVerdict(reported.value, judged) : null;
  const { spec = null } = runs[0].summary;
  const diverged = runs.filter(({ summary }) => summary.status === 'diverged').length;
  return { optimizer, parameters, spec, reported, reproduced, diverged, verdict };
}

const theOnly = (summaries: RunSummary[], key: 'experiment' | 'preset' | 'dataset') =>
  theOnlyOf(
    key,
    summaries.map((s) => s[key]),
  );

function theOnlyOf<T>(what: string, all: T[]): T | null {
  const values = [...new Set(all)];
  if (values.length > 1) {
    throw new Error(`one table compares runs of one ${what}, not of ${values.join(' and ')}`);
  }
  return values[0] ?? null;
}

function reportedFor(optimizer: string, reported: ReportedFigure[]): ReproductionRow['reported'] {
  const figure = reported.find((f) => f.optimizer === optimizer);
  if (!figure) return null;
  const { value, text, source, mark, on } = figure;
  return { value, text, source, mark, ...(on && { on }) };
}

/** What a reported figure is to be compared with: of test data where it is; null where there are none. */
export const judgedOf = (
  reported: ReproductionRow['reported'],
  { best, test }: Reproduced,
): Sample | null => (reported?.on === 'test' ? (test ?? null) : best);

function reproduce(summaries: RunSummary[]): Reproduced | null {
  const completed = summaries.filter(isComplete);
  if (completed.length === 0) return null;
  const results = completed.map(resultOf);
  const bestPerSeed = results.map(({ best }) => best!);
  const finalPerSeed = results.map(({ final }) => final!);
  const tests = results.flatMap(({ test }) => test ?? []);
  return {
    best: sampleOf(bestPerSeed)!,
    final: sampleOf(finalPerSeed)!,
    ...(tests.length === completed.length && { test: sampleOf(tests)!, testPerSeed: tests }),
    bestPerSeed,
    finalPerSeed,
    seeds: completed.map((s) => s.seed),
    seconds: completed.reduce((sum, s) => sum + s.seconds, 0) / completed.length,
  };
}

function isComplete(summary: RunSummary): boolean {
  return summary.status === 'completed' && resultOf(summary).best !== null;
}

/** What runs must be for the rule: what was reported, on the published data. */
function whyIncomparable(summaries: RunSummary[]): string | null {
  if (summaries.some((s) => s.synthetic)) return 'the data are synthetic';
  const other = summaries.find((s) => !EXPERIMENTS[s.experiment]?.presets[s.preset]?.asReported);
  if (other) return `the preset ${other.preset} is not the configuration of the reported figures`;
  if (summaries.some((s) => s.protocol === 'held-out')) {
    return 'the best epoch is chosen on held-out examples, that of the reported figures on the test data';
  }
  const changed = summaries.some((s) => Object.keys(s.overrides).length > 0);
  return changed ? 'the runs are not the preset' : null;
}

function notesOn(summaries: RunSummary[]): string[] {
  const notes: string[] = [];
  if (summaries.some((s) => s.synthetic)) {
    notes.push('synthetic data: not comparable with the reported figures');
  }
  if (summaries.some((s) => s.preset === 'quick')) {
    notes.push('undertrained: a short run');
  }
  if (summaries.some((s) => !s.synthetic && !s.verified)) {
    notes.push('unverified copy: the data files differ from the published ones');
  }
  if (summaries.some((s) => s.protocol === 'held-out')) {
    notes.push(
      'held out: the best epoch is chosen on examples held out of the training data; nothing is chosen on the test data',
    );
  }
  notes.push(...experimentNotes(summaries));
  const overrides = overridesNote(summaries);
  if (overrides !== '') {
    notes.push(overrides);
  }
  const parameters = variedOf(summaries);
  for (const [i, s] of summaries.entries()) {
    if (isComplete(s)) continue;
    const run = runLabel({ ...s, parameters: parameters[i] });
    notes.push(`not counted: ${run}, ${s.status} after ${epochs(s.epochs)}`);
  }
  return notes;
}

/** What an experiment says of its presets and of hyperparameters that no source gives. */
function experimentNotes(summaries: RunSummary[]): string[] {
  const experiment = EXPERIMENTS[summaries[0]?.experiment];
  if (experiment === undefined) return [];
  const note = experiment.presets[summaries[0].preset]?.note;
  const optimizers = [...new Set(summaries.map(({ optimizer }) => optimizer))];
  const ours = optimizers.flatMap((optimizer) => {
    const what = experiment.optimizers[optimizer]?.ours;
    return what === undefined ? [] : [`${optimizer} (${what})`];
  });
  return [
    ...(note === undefined ? [] : [note]),
    ...(ours.length > 0 ? [`ours, not a source's: ${ours.join('; ')}`] : []),
  ];
}

function epochs(n: number): string {
  return n === 1 ? '1 epoch' : `${n} epochs`;
}
