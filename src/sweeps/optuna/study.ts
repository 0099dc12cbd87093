/** Our end of an Optuna study: `study.py`, spoken with in lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Hyperparameters, HyperparameterValue } from '../../experiments/experiment.js';
import { UsageError } from '../../runtime/errors.js';
import { PACKAGE } from '../../runtime/folders.js';
import { findPython, ownVenv } from '../../runtime/python.js';
import { objectIn, quoted, wasEndedByOthers } from '../json-lines.js';

/** Tried with this package. */
export const OPTUNA_VERSION = '5.0.0';
const CMAES_VERSION = '0.13.1';
const PSYCOPG_VERSION = '3.3.9';

/** Beside this file's source also where it was compiled: the compiler copies no Python. */
const PROGRAM = join(PACKAGE, 'src', 'sweeps', 'optuna', 'study.py');

/** How points are chosen: Optuna's samplers. */
export type Search = 'tpe' | 'cmaes' | 'random';

/** Which trials are ended early: Optuna's pruners. */
export type Pruner = 'none' | 'median' | 'hyperband';

/** What Optuna may choose from: values, or numbers between two. */
export type HyperparameterDistribution =
  | { values: HyperparameterValue[] }
  | { from: number; to: number; log?: boolean; whole: boolean };

/** A study that is wanted. */
export interface StudyRequest {
  name: string;
  /** A database's address: `sqlite:////absolute/study.db`, `postgresql://user@host/name`. */
  storage: string;
  /** The same without a password, for messages. */
  shown: string;
  direction: 'maximize' | 'minimize';
  search: Search;
  prune: Pruner;
  seed: number;
  space: Record<string, HyperparameterDistribution>;
}

/** A trial that the storage holds. */
export interface KnownTrial {
  number: number;
  state: 'RUNNING' | 'COMPLETE' | 'PRUNED' | 'FAIL' | 'WAITING';
  parameters: Hyperparameters;
  /** The id of the sweep's trial; null for one that was asked for and never begun. */
  trial: string | null;
}

/** How a trial of the study ended. */
export type TrialOutcome = { state: 'COMPLETE'; value: number } | { state: 'PRUNED' | 'FAIL' };

interface Answer {
  id: number;
  error?: string;
}

/** What its process says. */
type Said = { ready: { known: KnownTrial[] } } | { refused: string } | Answer;

/** A study, open. */
export class Study {
  /** What the storage held when it was opened. */
  known: KnownTrial[] = [];
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly ended: Promise<void>;
  private count = 0;

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((done) => child.once('close', () => done()).once('error', done));
    child.stdin!.on('error', () => {});
  }

  /**
   * Opens a study, or begins it; `optuna` is installed where no Python has it.
   *
   * @throws UsageError when neither can be done.
   */
  static async open(request: StudyRequest, say: (line: string) => void): Promise<Study> {
    const postgres = /^postgres/.test(request.storage);
    const cmaes = request.search === 'cmaes';
    const found = await findPython(
      {
        modules: ['optuna', ...(cmaes ? ['cmaes'] : []), ...(postgres ? ['psycopg'] : [])],
        requirements: [
          `optuna==${OPTUNA_VERSION}`,
          ...(cmaes ? [`cmaes==${CMAES_VERSION}`] : []),
          ...(postgres ? [`psycopg[binary]==${PSYCOPG_VERSION}`] : []),
        ],
        venv: ownVenv('optuna'),
      },
      say,
    );
    if ('reason' in found) {
      throw new UsageError(
        `A search needs the Python package optuna: ${found.reason} Name a Python that has it in LAZYAHEAD_PYTHON.`,
      );
    }
    // The terminal's Ctrl-C is for whoever started this: what runs has still to be told of.
    const child = spawn(found.python, [PROGRAM], { detached: true });
    const study = new Study(child);
    let complaint = '';
    let foreign: string | undefined;
    child.stderr.on('data', (text) => {
      complaint = (complaint + text).slice(-2000);
    });
    // SQLAlchemy takes the older driver for granted.
    const storage = request.storage.replace(/^postgres(ql)?:\/\//, 'postgresql+psycopg://');
    child.stdin.write(`${JSON.stringify({ ...request, storage })}\n`);
    study.known = await new Promise((done, fail) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = objectIn<Said>(line);
        if (said === undefined) {
          foreign ??= line;
          child.kill();
        } else if ('ready' in said) done(said.ready.known);
        else if ('refused' in said) {
          fail(new UsageError(`The study in ${request.shown} cannot be used: ${said.refused}`));
        } else study.waiting.get(said.id)?.(said);
      });
      study.ended.then(() => {
        const why = complaint.trim().split('\n').at(-1);
        const error =
          foreign === undefined || wasEndedByOthers(child)
            ? `Optuna's process has ended${why ? `: ${why}` : '.'}`
            : `Optuna's process printed ${quoted(foreign)}: what its Python loads must leave standard output alone.`;
        fail(new Error(error));
        for (const answer of study.waiting.values()) answer({ id: 0, error });
      });
    });
    return study;
  }

  /** The next point to try. */
  ask(): Promise<{ number: number; parameters: Hyperparameters }> {
    return this.request({ do: 'ask' });
  }

  /** Notes which of the sweep's trials one of the study's is. */
  name(number: number, trial: string): Promise<unknown> {
    return this.request({ do: 'name', number, trial });
  }

  /** Reports a value in the middle of a trial. @returns whether it is to be ended. */
  async report(number: number, step: number, value: number): Promise<boolean> {
    const { prune } = await this.request<{ prune: boolean }>({ do: 'report', number, step, value });
    return prune;
  }

  /** Says how a trial has ended. */
  tell(number: number, told: TrialOutcome): Promise<unknown> {
    return this.request({ do: 'tell', number, ...told });
  }

  /** How much each parameter matters for the result, by PED-ANOVA; they sum to 1. */
  async importance(): Promise<Record<string, number>> {
    const answer = await this.request<{ importance: Record<string, number> }>({ do: 'importance' });
    return answer.importance;
  }

  /** Lets the study go; trials that were not told of stay running in the storage. */
  async close(): Promise<void> {
    this.child.stdin!.end();
    await this.ended;
  }

  private async request<T>(what: object): Promise<T> {
    const id = ++this.count;
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) throw new Error("Optuna's process has ended.");
    const answer = await new Promise<Answer>((done) => {
      this.waiting.set(id, done);
      this.child.stdin!.write(`${JSON.stringify({ ...what, id })}\n`);
    });
    this.waiting.delete(id);
    if (answer.error !== undefined) throw new Error(`Optuna: ${answer.error}`);
    return answer as T;
  }
}
