/** A run's directory as it is written: so that a crash at any moment loses little, and is mended. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import type { RunConfig } from '../experiments/experiment.js';
import { type Environment, environmentDifferences } from '../runtime/environment.js';
import { UsageError } from '../runtime/errors.js';
import { isLock, lockFolder } from '../runtime/lock.js';
import { AppendLog, countLines } from './append-log.js';
import { EventFiles } from './event-files.js';
import { type EpochMetrics, keyOf, metricIn, type RunSummary } from './results.js';
import { FILES, type RunProcess, readEnvironment, readJson, readProcesses } from './run-files.js';

/** What `config.json` holds. */
export type RecordedConfig = RunConfig & { spec: string; dataset: object };

/** Where the append-only files of a run are cut back to, by name. */
type Sizes = Record<string, number>;

/** A run's directory, which no other process can write to until it is closed. */
export class RunDirectory {
  /** The outermost folder that had to be made; undefined where all were there. */
  private readonly made: string | undefined;
  private readonly release: () => void;
  private open: { metrics: AppendLog; steps: AppendLog; events: EventFiles } | null = null;

  /**
   * Makes the directory and keeps others out of it.
   *
   * @param resume - whether it may hold a run already, which is gone on with.
   * @throws UsageError when it holds something else, another process is using it, or it cannot be
   *   written.
   */
  constructor(
    readonly path: string,
    resume = false,
  ) {
    const refuse = () => (resume ? refuseForeign(path) : refuseUsed(path));
    try {
      refuse();
      this.made = mkdirSync(path, { recursive: true });
      this.release = lockFolder(path);
    } catch (error) {
      throw error instanceof UsageError
        ? error
        : new UsageError(
            `The run directory ${path} cannot be written (${(error as NodeJS.ErrnoException).code}): name another with --run-dir.`,
          );
    }
    try {
      // Another process may have been here between looking and locking.
      refuse();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** The configuration of the run that is here already; null where there is none. */
  get config(): RecordedConfig | null {
    return this.has(FILES.config) ? readJson(this.path, FILES.config) : null;
  }

  /** @throws UsageError when the run that is here already has another configuration. */
  refuseOther(config: object): void {
    const held = this.config;
    if (held === null) {
      return;
    }
    // Through JSON, in which what is undefined is not there.
    const [there, here] = [held, JSON.parse(JSON.stringify(config))].map(
      (values: Record<string, unknown>) => ({
        ...values,
        ...(values.settings as object),
        dataset: decisiveOf(values.dataset),
      }),
    ) as Record<string, unknown>[];
    const names = new Set([...Object.keys(here), ...Object.keys(there)]);
    // Before data and model are there, nothing can be said of these.
    const later = 'spec' in here ? ['settings'] : ['settings', 'spec', 'dataset'];
    const differing = [...names]
      .filter((name) => !later.includes(name) && !isDeepStrictEqual(there[name], here[name]))
      .map((name) => `${name} ${JSON.stringify(there[name])}, not ${JSON.stringify(here[name])}`);
    if (differing.length > 0) {
      throw new UsageError(
        `${this.path} holds another run, with ${differing.join('; ')}: ask for that one, or name another directory with --run-dir.`,
      );
    }
  }

  /** How the run ended that is here already; null where it did not. */
  get ended(): RunSummary['status'] | null {
    return this.has(FILES.summary) ? readJson<RunSummary>(this.path, FILES.summary).status : null;
  }

  /**
   * Writes what is known before the first step, or cuts the files of a run that is gone on with back
   * to where it goes on.
   *
   * @param from - the steps taken before, and the files' sizes after them.
   * @returns in what the environment differs from the one in which the run began.
   */
  begin(config: object, environment: Environment, from: { steps: number; sizes: Sizes }): string[] {
    const resumed = this.has(FILES.config);
    const before = resumed ? readEnvironment(this.path) : environment;
    const differences = environmentDifferences(before as unknown as Environment, environment);
    if (!resumed) {
      this.write(FILES.environment, environment);
      this.write(FILES.config, config);
    }
    rmSync(join(this.path, FILES.summary), { force: true });
    const earlier = readProcesses(this.path);
    const unfinished = earlier.at(-1)?.cutting ? earlier.pop() : undefined;
    const own: RunProcess = {
      time: new Date().toISOString(),
      pid: process.pid,
      host: hostname(),
      command: process.argv,
      from: from.steps,
      lost: Math.max(unfinished?.lost ?? 0, this.stepsAfter(from.sizes[FILES.steps] ?? 0)),
      ...(differences.length > 0 && { differences }),
    };
    // Noted before the lines that tell it are gone; a crash in between does not count them twice.
    this.write(FILES.processes, [...earlier, { ...own, cutting: true }]);
    this.open = {
      metrics: this.logOf(FILES.metrics, from.sizes),
      steps: this.logOf(FILES.steps, from.sizes),
      events: new EventFiles(this.path, from.sizes, from.steps),
    };
    this.write(FILES.processes, [...earlier, own]);
    return differences;
  }

  addStep(step: number, loss: number): void {
    // JSON has no NaN; null marks the step at which a run diverged.
    this.open!.steps.append({ step, loss });
    this.open!.events.add(step, { 'train/loss of a step': loss });
  }

  addEpoch(metrics: EpochMetrics): void {
    const { name } = metricIn(metrics);
    const [val, test] = (['val', 'test'] as const).map((split) => metrics[keyOf(split, { name })]);
    this.open!.metrics.append(metrics);
    this.open!.events.add(metrics.steps, {
      'train/loss': metrics.loss,
      [`train/${name}`]: metrics[name]!,
      'validation/loss': metrics.valLoss,
      [`validation/${name}`]: val!,
      ...(test !== undefined && { [`test/${name}`]: test }),
      ...(metrics.lr !== undefined && { 'learning rate': metrics.lr }),
    });
  }

  /**
   * Brings all lines to the disk.
   *
   * @returns the sizes of the append-only files.
   * @throws Error of the file system.
   */
  sync(): Sizes {
    const { metrics, steps, events } = this.open!;
    metrics.sync();
    steps.sync();
    events.flush();
    return {
      [FILES.metrics]: metrics.size,
      [FILES.steps]: steps.size,
      ...events.sizes(),
    };
  }

  /** What a summary says of the processes of a run that has come to a step. */
  effort(steps: number): Required<Pick<RunSummary, 'resumedFromSteps' | 'stepsExecuted'>> {
    const processes = readProcesses(this.path);
    return {
      resumedFromSteps: processes.slice(1).map(({ from }) => from),
      stepsExecuted: steps + processes.reduce((sum, { lost }) => sum + lost, 0),
    };
  }

  /**
   * Writes the summary, the last file: a directory without it holds a run that was cut off.
   *
   * @throws Error with one sentence when the disk does not take it.
   */
  end(summary: RunSummary): void {
    try {
      this.sync();
      this.write(FILES.summary, summary);
    } catch (cause) {
      throw new Error(
        `The result of the run cannot be written to ${this.path} (${(cause as Error).message}): make room, then go on with --resume.`,
        { cause },
      );
    }
  }

  /** Lets others in. What was made for a run that has not begun is removed. */
  close(): void {
    if (this.open !== null) {
      const { metrics, steps, events } = this.open;
      metrics.close();
      steps.close();
      events.close();
    }
    this.release();
    if (this.open === null && this.made !== undefined) {
      this.removeEmpty(resolve(this.made));
    }
  }

  private removeEmpty(outermost: string): void {
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

  private logOf(name: string, sizes: Sizes): AppendLog {
    return new AppendLog(join(this.path, name), this.has(name) ? (sizes[name] ?? 0) : 0);
  }

  private stepsAfter(bytes: number): number {
    return this.has(FILES.steps) ? countLines(join(this.path, FILES.steps), bytes) : 0;
  }

  private has(name: string): boolean {
    return existsSync(join(this.path, name));
  }

  private write(name: string, content: object): void {
    writeFileAtomic.sync(join(this.path, name), `${JSON.stringify(content, null, 2)}\n`);
  }
}

/**
 * Without why real data could not be had, for a network fails in other words each time, and without
 * what settings and files decide, and runs begun by older versions have not noted.
 */
function decisiveOf(dataset: unknown): unknown {
  const { reason, testExamples, ...others } = (dataset ?? {}) as Record<string, unknown>;
  return dataset === undefined ? undefined : others;
}

/** @throws UsageError when the directory is there and holds something. */
export function refuseUsed(path: string): void {
  const files = filesIn(path);
  if (files.length > 0) {
    const remedy = files.includes(FILES.config)
      ? 'go on with its run with --resume, name another with --run-dir, or remove it'
      : 'name another with --run-dir, or remove it';
    throw new UsageError(`The run directory ${path} is not empty: ${remedy}.`);
  }
}

/** @throws UsageError when the directory is there and holds something other than a run. */
function refuseForeign(path: string): void {
  const files = filesIn(path);
  const isOfStart = (name: string) =>
    name.startsWith(FILES.environment) || name.startsWith(FILES.config);
  if (!files.includes(FILES.config) && !files.every(isOfStart)) {
    throw new UsageError(
      `The run directory ${path} holds something else than a run: name another with --run-dir.`,
    );
  }
}

const filesIn = (path: string) =>
  existsSync(path) && statSync(path).isDirectory()
    ? readdirSync(path).filter((name) => !isLock(name))
    : [];
