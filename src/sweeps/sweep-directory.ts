/** A sweep's directory: its plan, and the results as they come in. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../runtime/errors.js';
import { isLock, lockFolder } from '../runtime/lock.js';
import { syncFolder } from '../runtime/sync-folder.js';
import type { RunResult } from '../training/results.js';
import { isObject } from '../training/run-damage.js';
import { FILES, readJson, readRun } from '../training/run-files.js';
import type { Trial } from './engine.js';
import type { SearchRecord } from './search-plan.js';

const PLAN = 'sweep.json';
const FAILURES = 'failures.json';
const SEARCH = 'search.json';

/** What a sweep has come to. */
export interface Sweep {
  directory: string;
  experiment: string;
  trials: Trial[];
  /** The trials that have ended, by id. */
  runs: Map<string, RunResult>;
  /** The trials that were ended early, as far as they came, by id. */
  stopped: Map<string, RunResult>;
  /** How the trials were chosen, where by a search. */
  search?: SearchRecord;
  /** Why the trials failed that did, by id. Continuing the sweep tries them again. */
  failures: Record<string, string>;
}

/** Whether a directory holds a sweep. */
export const holdsSweep = (directory: string) => existsSync(join(directory, PLAN));

/**
 * A sweep's directory, which no other process can write to until it is closed:
 *
 * - `sweep.json`: the plan, every trial of it;
 * - `trials/ID/`: a run directory a trial that has ended, there as a whole or not at all;
 * - `stopped/ID/`: likewise of those that a search has ended early;
 * - `search.json`: how a search chooses trials, and what it has come to;
 * - `failures.json`: why trials failed;
 * - `lock-1`: there while a process has it open;
 * - `unfinished/`: what an engine on this machine keeps of trials that have not ended.
 */
export class SweepDirectory {
  private constructor(
    readonly path: string,
    readonly experiment: string,
    readonly trials: Trial[],
    private release: () => void,
  ) {}

  /**
   * Opens a directory for a plan, and keeps others out of it. What it planned before stays planned: the
   * same plan continues the sweep, one with more seeds or values makes it longer.
   *
   * @throws UsageError when the directory holds something else, another process is using it, or it
   *   cannot be written.
   */
  static open(path: string, experiment: string, planned: Trial[]): SweepDirectory {
    refuseForeign(path, experiment);
    let release = () => {};
    try {
      mkdirSync(path, { recursive: true });
      release = lockFolder(path);
      // Another process may have been here between looking and locking.
      refuseForeign(path, experiment);
      const before = holdsSweep(path) ? readPlan(path).trials : null;
      const all = [...(before ?? []), ...planned];
      const trials = [...new Map(all.map((trial) => [trial.id, trial])).values()];
      if (trials.length !== before?.length) writeJson(join(path, PLAN), { experiment, trials });
      mkdirSync(join(path, 'trials'), { recursive: true });
      return new SweepDirectory(path, experiment, trials, release);
    } catch (error) {
      release();
      const { code } = error as NodeJS.ErrnoException;
      // What is wrong with its content, a plan that cannot be read, says so itself.
      if (error instanceof UsageError || code === undefined) throw error;
      throw new UsageError(
        `The sweep directory ${path} cannot be written (${code}): name another with --run-dir.`,
      );
    }
  }

  /** Lets others in. */
  close(): void {
    this.release();
    // What has become another's lock meanwhile is not to be taken away.
    this.release = () => {};
  }

  /** For the engine's own use. */
  get unfinished(): string {
    return join(this.path, 'unfinished');
  }

  /** Adds a trial to the plan, where it is not in it. */
  add(trial: Trial): void {
    if (this.trials.some(({ id }) => id === trial.id)) return;
    this.trials.push(trial);
    writeJson(join(this.path, PLAN), { experiment: this.experiment, trials: this.trials });
  }

  /** Notes how trials are chosen. */
  noteSearch(search: SearchRecord): void {
    writeJson(join(this.path, SEARCH), search);
  }

  /**
   * Keeps the result of a trial, also when the power fails thereafter.
   *
   * @param files - what a run directory has of JSON, by name.
   * @param kind - of one that was ended early, `stopped`.
   * @throws UsageError for a name that is no file's of a run: the trial may have run elsewhere.
   */
  store(id: string, files: Record<string, string>, kind: ResultKind = 'trials'): RunResult {
    const strange = Object.keys(files).find((name) => !OF_A_RUN.has(name));
    if (strange !== undefined) {
      throw new UsageError(
        `The result of ${id} has a file ${JSON.stringify(strange)}, which no run has: check what carries the trials out.`,
      );
    }
    const folder = folderOf(this.path, id, kind);
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(partial, name), content, { flush: true });
    }
    syncFolder(partial);
    renameSync(partial, folder);
    // An engine may now remove its own copy.
    for (const each of [dirname(folder), this.path]) syncFolder(each);
    this.forgetFailure(id);
    return readRun(folder);
  }

  /** Notes why a trial failed. @param id - the trial. @param message - one sentence. */
  addFailure(id: string, message: string): void {
    writeJson(join(this.path, FAILURES), { ...readFailures(this.path), [id]: message });
  }

  /** What is there by now. */
  read(): Sweep {
    return readSweep(this.path);
  }

  private forgetFailure(id: string): void {
    const { [id]: forgotten, ...others } = readFailures(this.path);
    if (forgotten !== undefined) writeJson(join(this.path, FAILURES), others);
  }
}

/**
 * Reads a sweep, finished or not.
 *
 * @param onDamage - is told of each result that is damaged, which is then left out, in one sentence.
 * @throws UsageError when the directory holds none, or a damaged one.
 */
export function readSweep(directory: string, onDamage?: (sentence: string) => void): Sweep {
  if (!holdsSweep(directory)) {
    throw new UsageError(`${directory} holds no sweep: there is no ${PLAN} in it.`);
  }
  const { experiment, trials } = readPlan(directory);
  const resultsIn = (kind: ResultKind) =>
    new Map(
      trials
        .map(({ id }): [string, string] => [id, folderOf(directory, id, kind)])
        .filter(([, folder]) => existsSync(folder))
        .flatMap(([id, folder]): [string, RunResult][] => {
          const run = readResult(folder, onDamage);
          return run === null ? [] : [[id, run]];
        }),
    );
  return {
    directory,
    experiment,
    trials,
    runs: resultsIn('trials'),
    stopped: resultsIn('stopped'),
    search: readSearch(directory),
    failures: readFailures(directory),
  };
}

function readResult(folder: string, onDamage?: (sentence: string) => void): RunResult | null {
  try {
    return readRun(folder);
  } catch (error) {
    if (onDamage === undefined || !(error instanceof UsageError)) throw error;
    onDamage(error.message);
    return null;
  }
}

/** @throws UsageError when a directory holds something else than a sweep of the experiment. */
function refuseForeign(path: string, experiment: string): void {
  if (holdsSweep(path)) {
    const held = readPlan(path).experiment;
    if (held === experiment) return;
    throw new UsageError(
      `${path} holds a sweep of ${held}, not of ${experiment}: name another with --run-dir.`,
    );
  }
  if (existsSync(path) && readdirSync(path).some((name) => !isLock(name))) {
    throw new UsageError(
      `${path} is not empty and holds no sweep: name another with --run-dir, or remove it.`,
    );
  }
}

/** Whether a result is of a trial that came to its end. */
export type ResultKind = 'trials' | 'stopped';

const OF_A_RUN: ReadonlySet<string> = new Set(Object.values(FILES));

/** What ids are made of: they name folders, which are also removed. */
const ID = /^\w[\w.-]*$/;

const folderOf = (directory: string, id: string, kind: ResultKind) => join(directory, kind, id);

function readPlan(directory: string): { experiment: string; trials: Trial[] } {
  const plan = read<Partial<ReturnType<typeof readPlan>>>(directory, PLAN);
  const { experiment, trials } = plan;
  const damaged = (how: string) =>
    new UsageError(`${join(directory, PLAN)} is damaged, ${how}: ${remedyIn(directory)}`);
  if (typeof experiment !== 'string' || !Array.isArray(trials)) {
    throw damaged('it has no experiment and trials');
  }
  for (const [i, trial] of trials.entries()) {
    const { id, request, parameters } = (trial ?? {}) as Partial<Trial>;
    if (typeof id !== 'string' || !ID.test(id)) {
      throw damaged(`trial ${i + 1} has the id ${JSON.stringify(id)}`);
    }
    const asked = [request?.experiment, request?.optimizer];
    if (asked.some((name) => typeof name !== 'string') || !isObject(parameters)) {
      throw damaged(`${id} has no request and parameters`);
    }
  }
  return { experiment, trials };
}

const readSearch = (directory: string): SearchRecord | undefined =>
  existsSync(join(directory, SEARCH)) ? read(directory, SEARCH) : undefined;

const readFailures = (directory: string): Record<string, string> =>
  existsSync(join(directory, FAILURES)) ? read(directory, FAILURES) : {};

const read = <T>(directory: string, name: string): T =>
  readJson<T>(directory, name, remedyIn(directory));

const remedyIn = (directory: string) =>
  `restore it; the runs in ${join(directory, 'trials')} can be reported without it.`;

function writeJson(file: string, value: object): void {
  writeFileAtomic.sync(file, `${JSON.stringify(value, null, 2)}\n`);
}
