/** The order of runs and sections, so that reports read alike wherever runs came from. */
import { valuesOf } from '../charts/cells.js';
import { EXPERIMENTS, protocolOf } from '../experiments/config.js';
import type { RunResult, RunSummary } from '../training/results.js';

/** Runs: as the experiment's declaration has them, then by hyperparameters and seed. */
export function inOrder({ summary: a }: RunResult, { summary: b }: RunResult): number {
  const places = (summary: RunSummary) => {
    const { experiment, preset, optimizer } = summary;
    const declared = EXPERIMENTS[experiment];
    return [
      place(Object.keys(EXPERIMENTS), experiment),
      place(Object.keys(declared?.presets ?? {}), preset),
      place(Object.keys(declared?.optimizers ?? {}), optimizer),
    ];
  };
  return (
    byNumbers(places(a), places(b)) ||
    compare(a.dataset, b.dataset) ||
    compare(a.optimizer, b.optimizer) ||
    byValues(a, b)
  );
}

/** Sections, by a run of each: of an experiment what was trained longest first, the preset as it is. */
export function byWeight(a: RunSummary, b: RunSummary): number {
  const weights = (summary: RunSummary) => {
    const { experiment, preset, optimizer, overrides } = summary;
    return [
      place(Object.keys(EXPERIMENTS), experiment),
      -place(Object.keys(EXPERIMENTS[experiment]?.presets ?? {}), preset),
      Object.keys(overrides).length,
      // What an experiment compares comes before questions of one's own.
      optimizer in (EXPERIMENTS[experiment]?.optimizers ?? {}) ? 0 : 1,
      protocolOf(summary) === 'held-out' ? 1 : 0,
    ];
  };
  return byNumbers(weights(a), weights(b));
}

const byNumbers = (a: number[], b: number[]): number =>
  a.map((at, i) => at - b[i]).find((each) => each !== 0) ?? 0;

/** By hyperparameters, then by seed. */
function byValues(a: RunSummary, b: RunSummary): number {
  const [first, second] = [valuesOf(a), valuesOf(b)];
  for (const name of Object.keys(first)) {
    const [x, y] = [first[name], second[name]];
    const difference =
      typeof x === 'number' && typeof y === 'number' ? x - y : compare(String(x), String(y));
    if (difference !== 0) return difference;
  }
  return a.seed - b.seed;
}

/** What is not declared comes last. */
function place(names: string[], name: string): number {
  const at = names.indexOf(name);
  return at < 0 ? names.length : at;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
