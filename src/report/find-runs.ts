/** The runs in folders that a report is asked for. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import { holdsSweep, readSweep, type Sweep } from '../sweeps/sweep-directory.js';
import { findFolders } from '../training/find-folders.js';
import type { RunResult } from '../training/results.js';
import { FILES, readRun } from '../training/run-files.js';
import { countedOnce } from './duplicates.js';
import { inOrder } from './order.js';
import { sweepNotes } from './sweep-notes.js';

/** Runs, and what is to be said of those that are not among them. */
export interface Found {
  runs: RunResult[];
  notes: string[];
}

/** The runs of one sweep, or those whose directories stand side by side in one folder. */
export interface Group extends Found {
  /** The folder below the one that was named, `imdb-full`; '' for that itself. */
  name: string;
  sweep?: Sweep;
}

/**
 * Finds the runs in run directories, sweeps, and folders that hold either, however deep; of several
 * completed ones of one configuration and seed the first.
 *
 * @returns them in the order of experiment, preset, optimizer and seed, whatever their folders are called.
 * @throws UsageError for a path that is not there, or holds no finished run.
 */
export const findRuns = (paths: string[]): Found => countedOnce(findAllRuns(paths));

/** Finds the same, copies too. */
export function findAllRuns(paths: string[]): Found {
  const groups = paths.flatMap(groupsIn);
  const runs = groups.flatMap((group) => group.runs);
  const byDirectory = new Map<string, RunResult>();
  for (const run of runs) {
    const directory = realpathSync(run.directory);
    if (!byDirectory.has(directory)) byDirectory.set(directory, run);
  }
  return {
    runs: [...byDirectory.values()].sort(inOrder),
    notes: [...new Set(groups.flatMap(({ notes }) => notes))],
  };
}

/**
 * Finds the same as {@link findRuns} in one path, folder by folder; a run that stands in two folders
 * counts in each.
 *
 * @returns in the order of the folders' names, the runs of each as {@link findRuns} orders them.
 * @throws UsageError for a path that is not there, or holds no finished run.
 */
export const findGroups = (path: string): Group[] => groupsIn(path).map(countedOnce);

function groupsIn(path: string): Group[] {
  if (!existsSync(path)) throw new UsageError(`There is nothing at ${path}.`);
  const groups = new Map<string, Group>();
  for (const folder of findFolders(path, isSought)) add(path, folder, groups);
  const notes = [...groups.values()].flatMap((group) => group.notes);
  if ([...groups.values()].every(({ runs }) => runs.length === 0)) {
    const [first, ...others] = notes;
    const more = others.length === 0 ? '' : `, and ${others.length} more like that`;
    throw new UsageError(
      `${path} holds no finished run${first === undefined ? '' : ` (${first}${more})`}.`,
    );
  }
  for (const { runs } of groups.values()) runs.sort(inOrder);
  return [...groups.values()];
}

const has = (folder: string, name: string) => existsSync(join(folder, name));

/** Whether a folder is a run, finished or not, or a sweep. */
const isSought = (folder: string) =>
  has(folder, FILES.config) || has(folder, FILES.summary) || holdsSweep(folder);

function add(root: string, path: string, groups: Map<string, Group>): void {
  const groupAt = (folder: string): Group => {
    const name = relative(root, folder)
      .split(sep)
      .join('/')
      .replace(/^\.\.$/, '');
    const group = groups.get(name) ?? { name, runs: [], notes: [] };
    groups.set(name, group);
    return group;
  };
  /** Notes what cannot be read: one damaged folder does not hide all others. */
  const reading = (group: Group, read: () => void): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      group.notes.push(leftOut(error.message));
    }
  };
  if (has(path, FILES.summary)) {
    const group = groupAt(dirname(path));
    reading(group, () => group.runs.push(readRun(path)));
  } else if (holdsSweep(path)) {
    const group = groupAt(path);
    reading(group, () => {
      const note = (sentence: string) => group.notes.push(leftOut(sentence));
      const sweep = readSweep(path, note);
      Object.assign(group, { sweep });
      group.runs.push(...sweep.runs.values());
      group.notes.push(...sweepNotes(sweep, nameOf(root, path)));
    });
  } else {
    groupAt(dirname(path)).notes.push(`not finished: ${nameOf(root, path)}`);
  }
}

const leftOut = (sentence: string) => `left out: ${sentence.replace(/\.$/, '')}`;

/** A folder from the one that was named on, `results/imdb-full`, wherever that is. */
const nameOf = (root: string, path: string): string =>
  join(basename(resolve(root)), relative(root, path))
    .split(sep)
    .join('/');
