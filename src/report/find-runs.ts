/** The runs in folders that a report is asked for. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { valuesOf } from '../charts/cells.js';
import { EXPERIMENTS } from '../experiments/config.js';
import { UsageError } from '../runtime/errors.js';
import { holdsSweep, readSweep } from '../sweeps/sweep-directory.js';
import type { RunResult, RunSummary } from '../training/results.js';
import { readRun } from '../training/run-files.js';

/** Runs, and what is to be said of those that are not among them. */
export interface Found {
  runs: RunResult[];
  notes: string[];
}

/**
 * Finds the runs in run directories, sweeps, and folders that hold either, however deep.
 *
 * @returns them in the order of experiment, preset, optimizer and seed, whatever their folders are called.
 * @throws UsageError for a path that is not there, or holds no finished run.
 */
export function findRuns(paths: string[]): Found {
  const found: Found = { runs: [], notes: [] };
  for (const path of paths) {
    if (!existsSync(path)) throw new UsageError(`There is nothing at ${path}.`);
    const before = found.runs.length;
    search(path, found);
    if (found.runs.length === before && found.notes.length === 0) {
      throw new UsageError(`${path} holds no finished run.`);
    }
  }
  const byDirectory = new Map(found.runs.map((run) => [run.directory, run]));
  return { runs: [...byDirectory.values()].sort(inOrder), notes: found.notes };
}

function search(path: string, found: Found): void {
  if (!statSync(path).isDirectory()) return;
  if (existsSync(join(path, 'summary.json'))) {
    found.runs.push(readRun(path));
    return;
  }
  if (holdsSweep(path)) {
    const { trials, runs, failures } = readSweep(path);
    found.runs.push(...runs.values());
    if (runs.size < trials.length) {
      found.notes.push(`${path}: ${runs.size} of ${trials.length} trials have ended`);
    }
    for (const { id, request } of trials.filter((trial) => trial.id in failures)) {
      found.notes.push(`failed: ${request.optimizer}, seed ${request.seed} (${failures[id]})`);
    }
    return;
  }
  if (existsSync(join(path, 'config.json'))) {
    found.notes.push(`not finished: ${path}`);
    return;
  }
  for (const name of readdirSync(path).sort()) search(join(path, name), found);
}

/** As the experiment's declaration has them, so that tables read alike wherever runs came from. */
function inOrder({ summary: a }: RunResult, { summary: b }: RunResult): number {
  const places = (summary: RunSummary) => {
    const { experiment, preset, optimizer } = summary;
    const declared = EXPERIMENTS[experiment];
    return [
      place(Object.keys(EXPERIMENTS), experiment),
      place(Object.keys(declared?.presets ?? {}), preset),
      place(Object.keys(declared?.optimizers ?? {}), optimizer),
    ];
  };
  const [first, second] = [places(a), places(b)];
  const difference = first.map((at, i) => at - second[i]).find((each) => each !== 0);
  return (
    difference ??
    (compare(a.dataset, b.dataset) || compare(a.optimizer, b.optimizer) || byValues(a, b))
  );
}

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
