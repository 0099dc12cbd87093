/** Runs that differ in nothing but their seed, together. */
import { EXPERIMENTS, resolveConfig } from '../experiments/config.js';
import type { Hyperparameters } from '../experiments/experiment.js';
import { isSpec } from '../experiments/optimizers.js';
import { scheduleText } from '../experiments/schedule-text.js';
import { UsageError } from '../runtime/errors.js';
import type { RunResult, RunSummary } from '../training/results.js';
import { optimizerStyle } from './figure.js';

/** What of a run's summary says which hyperparameters it had. */
export type Decided = Pick<RunSummary, 'experiment' | 'optimizer' | 'preset' | 'overrides'>;

/** A cell of a table: one optimizer at one place of a sweep. */
export interface Cell {
  optimizer: string;
  /** Of what varies between cells, what this one has; empty where only optimizers differ. */
  parameters: Hyperparameters;
  runs: RunResult[];
}

/** The cells of runs of one experiment and preset, in the order in which they were first run. */
export function cellsOf(runs: RunResult[]): Cell[] {
  const all = variedOf(runs.map(({ summary }) => summary));
  const cells = new Map<string, Cell>();
  for (const [i, run] of runs.entries()) {
    const { optimizer } = run.summary;
    const parameters = all[i];
    const key = JSON.stringify([optimizer, parameters]);
    const cell = cells.get(key) ?? { optimizer, parameters, runs: [] };
    cell.runs.push(run);
    cells.set(key, cell);
  }
  return [...cells.values()];
}

/** Whether hyperparameters vary, so that an optimizer is several cells. */
export const isSweep = (cells: Pick<Cell, 'parameters'>[]): boolean =>
  cells.some(({ parameters }) => Object.keys(parameters).length > 0);

/** Of each run, what it has of the hyperparameters in which they differ. */
export function variedOf(runs: Decided[]): Hyperparameters[] {
  const varied = variedNames(runs);
  return runs.map((run) => {
    const values = valuesOf(run);
    return Object.fromEntries(
      varied.filter((name) => name in values).map((name) => [name, values[name]]),
    );
  });
}

/** The hyperparameters in which runs differ, beside optimizer and seed. */
export function variedNames(summaries: Decided[]): string[] {
  const all = summaries.map(valuesOf);
  const names = new Set(summaries.flatMap(({ overrides }) => Object.keys(overrides)));
  return [...names].filter((name) => {
    const having = all.filter((values) => name in values);
    return new Set(having.map((values) => values[name])).size > 1;
  });
}

/** 'k 5, alpha 0.2', fractions to four digits: a slider's 0.0031622776601683824 is 0.003162. */
export const parametersText = (parameters: Hyperparameters): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(', ');

const short = (value: Hyperparameters[string]) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

/** 'Lookahead(Adam), k 5, alpha 0.2'. */
export const cellLabel = (optimizer: string, parameters: Hyperparameters): string =>
  [optimizerStyle(optimizer).label, parametersText(parameters)].filter(Boolean).join(', ');

/** 'lookahead-adam, k 5, alpha 0.2, seed 1'. */
export const runLabel = (run: Pick<Cell, 'optimizer' | 'parameters'> & { seed: number }): string =>
  [run.optimizer, parametersText(run.parameters), `seed ${run.seed}`].filter(Boolean).join(', ');

/** Every hyperparameter that decided a run, its preset's own among them. */
export function valuesOf({ experiment, optimizer, preset, overrides }: Decided): Hyperparameters {
  const values = { ...presetValues(experiment, optimizer, preset), ...overrides };
  const { k, alpha, ...others } = values;
  return EXPERIMENTS[experiment]?.optimizers[optimizer]?.lookahead === false ? others : values;
}

function presetValues(experiment: string, optimizer: string, preset: string): Hyperparameters {
  try {
    const { lr, k, alpha, epochs, batchSize, schedule, settings } = resolveConfig({
      ...{ experiment, optimizer, preset },
    });
    const own = { ...(isSpec(optimizer) ? {} : { lr, k, alpha }), epochs, batchSize };
    return { ...own, schedule: scheduleText(schedule), ...settings } as Hyperparameters;
  } catch (error) {
    // Runs may be older or newer than this program, and be of what it does not know.
    if (error instanceof UsageError) return {};
    throw error;
  }
}
