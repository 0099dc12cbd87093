/** Copies among runs: one seed that counts twice makes intervals narrower than they are. */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { protocolOf } from '../experiments/config.js';
import type { RunResult, RunSummary } from '../training/results.js';
import type { Found } from './find-runs.js';

/** A run that counts, and one of the same configuration and seed that does not. */
interface Duplicate {
  counted: string;
  left: string;
  /** Whether both have come to the same weights. */
  isCopy: boolean;
}

/**
 * Of completed runs of the same configuration and seed the first alone, and a note that says so. They
 * would stand in one row of a table: copies of one run, or one that was repeated elsewhere.
 */
export function countedOnce<T extends Found>(found: T): T {
  const counted = new Map<string, RunResult>();
  const duplicates: Duplicate[] = [];
  const runs = found.runs.filter((run) => {
    if (run.summary.status !== 'completed') return true;
    const identity = identityOf(run.summary);
    const first = counted.get(identity);
    if (first === undefined) {
      counted.set(identity, run);
      return true;
    }
    const isCopy = first.summary.weightsSha256 === run.summary.weightsSha256;
    duplicates.push({ counted: first.directory, left: run.directory, isCopy });
    return false;
  });
  return { ...found, runs, notes: [...found.notes, ...notesOn(duplicates)] };
}

function identityOf(summary: RunSummary): string {
  const { experiment, preset, dataset, optimizer, spec, overrides, seed } = summary;
  const values = Object.entries(overrides).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = [experiment, preset, dataset, protocolOf(summary), optimizer, spec, values, seed];
  return JSON.stringify(own);
}

/** A note for each two folders, however many runs the one has from the other. */
function notesOn(duplicates: Duplicate[]): string[] {
  const alike = new Map<string, Duplicate[]>();
  for (const each of duplicates) {
    const { counted, left, isCopy } = each;
    const folders = [dirname(resolve(counted)), dirname(resolve(left))];
    // Side by side they are told apart by their own names alone.
    const key = folders[0] === folders[1] ? [counted, left] : folders;
    const of = JSON.stringify([isCopy, ...key]);
    alike.set(of, [...(alike.get(of) ?? []), each]);
  }
  return [...alike.values()].map(noteOn);
}

function noteOn(alike: Duplicate[]): string {
  const [{ counted, left, isCopy }] = alike;
  if (alike.length === 1) {
    const [one, other] = apart(counted, left);
    return isCopy
      ? `counted once: ${one}, of which ${other} is a copy`
      : `counted once: ${one}, and not ${other}, which is the same run with other weights`;
  }
  const [one, other] = apart(dirname(counted), dirname(left));
  return isCopy
    ? `counted once: ${alike.length} runs of ${one}, of which ${other} has copies`
    : `counted once: ${alike.length} runs of ${one}, and not those of ${other}, which are the same with other weights`;
}

/** Two folders as they are called from the innermost one that holds both, wherever that is. */
function apart(...folders: [string, string]): string[] {
  const [one, other] = folders.map((folder) => resolve(folder));
  let both = dirname(one);
  // On another drive there is none.
  while (!other.startsWith(join(both, sep)) && both !== dirname(both)) both = dirname(both);
  return [one, other].map((folder) => relative(both, folder).split(sep).join('/'));
}
