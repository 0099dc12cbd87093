/** A run's directory: everything needed to read the run, written so that a crash loses little. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UsageError } from '../runtime/errors.js';
import type { EpochMetrics, RunResult, RunSummary } from './results.js';

const CONFIG = 'config.json';
const ENVIRONMENT = 'environment.json';
const METRICS = 'metrics.jsonl';
const STEPS = 'steps.jsonl';
const SUMMARY = 'summary.json';

/** How many steps' losses are gathered before they are appended. */
const STEPS_AT_A_TIME = 20;

/**
 * The files of one run:
 *
 * - `config.json`, `environment.json`: what was run, and on what;
 * - `metrics.jsonl`: a line an epoch; `steps.jsonl`: a line a step, its loss;
 * - `summary.json`: the result, written when the run ends.
 */
export class RunDirectory {
  /** The outermost folder that had to be made; undefined where all were there. */
  private readonly made: string | undefined;
  private pending = '';
  private pendingSteps = 0;

  /**
   * Makes the directory.
   *
   * @throws UsageError when it holds something already, or cannot be written.
   */
  constructor(readonly path: string) {
    try {
      refuseUsed(path);
      this.made = mkdirSync(path, { recursive: true });
      this.write(METRICS, '');
    } catch (error) {
      throw error instanceof UsageError
        ? error
        : new UsageError(
            `The run directory ${path} cannot be written (${(error as NodeJS.ErrnoException).code}): name another with --run-dir.`,
          );
    }
  }

  /** Writes what is known before the first step. */
  begin(config: object, environment: object): void {
    this.write(CONFIG, json(config));
    this.write(ENVIRONMENT, json(environment));
  }

  /** Removes what the constructor made, for a run that comes to nothing before it has begun. */
  discard(): void {
    rmSync(join(this.path, METRICS), { force: true });
    if (this.made === undefined) {
      return;
    }
    const outermost = resolve(this.made);
    try {
      for (
        let folder = resolve(this.path);
        folder.startsWith(outermost);
        folder = dirname(folder)
      ) {
        rmdirSync(folder);
      }
    } catch {
      // Another run has put something into a folder that both are in.
    }
  }

  addStep(step: number, loss: number): void {
    // JSON has no NaN; null marks the step at which a run diverged.
    this.pending += `${JSON.stringify({ step, loss })}\n`;
    this.pendingSteps += 1;
    if (this.pendingSteps === STEPS_AT_A_TIME) {
      this.flush();
    }
  }

  addEpoch(metrics: EpochMetrics): void {
    this.flush();
    appendFileSync(join(this.path, METRICS), `${JSON.stringify(metrics)}\n`);
  }

  /** Writes the summary, the last file: a directory without it holds a run that was cut off. */
  end(summary: RunSummary): void {
    this.flush();
    this.write(SUMMARY, json(summary));
  }

  private flush(): void {
    appendFileSync(join(this.path, STEPS), this.pending);
    this.pending = '';
    this.pendingSteps = 0;
  }

  private write(name: string, content: string): void {
    writeFileAtomic.sync(join(this.path, name), content);
  }
}

/** @throws UsageError when the directory is there and holds something. */
export function refuseUsed(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory() && readdirSync(path).length > 0) {
    throw new UsageError(
      `The run directory ${path} is not empty: name another with --run-dir, or remove it.`,
    );
  }
}

/** Reads a run that has ended. @throws UsageError when the directory holds none. */
export function readRun(directory: string): RunResult {
  const summaryFile = join(directory, SUMMARY);
  if (!existsSync(summaryFile)) {
    throw new UsageError(`${directory} holds no finished run: there is no ${SUMMARY} in it.`);
  }
  return {
    directory,
    summary: JSON.parse(readFileSync(summaryFile, 'utf8')),
    metrics: readFileSync(join(directory, METRICS), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
  };
}

/** What a run was made on, as {@link RunDirectory.begin} was given it. */
export function readEnvironment(directory: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(directory, ENVIRONMENT), 'utf8'));
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
