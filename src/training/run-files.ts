/** The files of a run's directory, and reading them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import type { EpochMetrics, RunResult, RunSummary } from './results.js';
import { damageIn } from './run-damage.js';
import type { RecordedConfig } from './run-directory.js';

/**
 * - `config.json`: the complete configuration, the optimizer's spec, the data set and its checksum;
 * - `environment.json`: versions, machine, backend, git;
 * - `processes.json`: the processes that had a part in it, with their command lines;
 * - `metrics.jsonl`: a line an epoch; `steps.jsonl`: a line a step, its loss;
 * - `summary.json`: the result, written when the run ends.
 */
export const FILES = {
  config: 'config.json',
  environment: 'environment.json',
  processes: 'processes.json',
  metrics: 'metrics.jsonl',
  steps: 'steps.jsonl',
  summary: 'summary.json',
} as const;

/** A process that had a part in a run, the first one first. */
export interface RunProcess {
  /** When it began, ISO 8601, UTC. */
  time: string;
  pid: number;
  host: string;
  /** Its command line. */
  command: string[];
  /** Steps of the run that it found taken, in the checkpoint from which it went on. */
  from: number;
  /** Steps that were taken before it after that checkpoint, and had to be taken again. */
  lost: number;
  /** In what its environment differs from the first one's, a few words each. */
  differences?: string[];
  /** While the files are being cut back to the checkpoint. */
  cutting?: true;
}

/**
 * Reads a run that has ended.
 *
 * @throws UsageError when the directory holds none, or its files are damaged, lacking, or of several
 *   runs: tables and charts are made from them.
 */
export function readRun(directory: string): RunResult {
  if (!existsSync(join(directory, FILES.summary))) {
    throw new UsageError(`${directory} holds no finished run: there is no ${FILES.summary} in it.`);
  }
  const summary = readJson<RunSummary>(directory, FILES.summary);
  const config = readJson<RecordedConfig>(directory, FILES.config);
  const metrics = readLines(join(directory, FILES.metrics)) as EpochMetrics[];
  readEnvironment(directory);
  const damage = damageIn({ summary, config, metrics });
  if (damage !== undefined) {
    throw new UsageError(
      `The run in ${directory} is damaged (${damage}): restore its files, or delete its folder.`,
    );
  }
  return { directory, summary, metrics };
}

/** What a run was made on. */
export function readEnvironment(directory: string): Record<string, unknown> {
  return readJson(directory, FILES.environment);
}

/** The processes that had a part in a run; none for one that is older than this file. */
export function readProcesses(directory: string): RunProcess[] {
  return existsSync(join(directory, FILES.processes)) ? readJson(directory, FILES.processes) : [];
}

/**
 * The content of a JSON file in a run's directory.
 *
 * @param remedy - what to do where it cannot be read.
 * @throws UsageError when it is not there, or damaged.
 */
export function readJson<T>(directory: string, name: string, remedy = REMEDY): T {
  const file = join(directory, name);
  return parse(textOf(file, remedy), file, remedy) as T;
}

/**
 * The values of a file of JSON lines; a last one that was cut off is left out.
 *
 * @throws UsageError when it is not there, or a line is damaged.
 */
export function readLines(file: string): unknown[] {
  return textOf(file)
    .split('\n')
    .slice(0, -1)
    .map((line, i) => parse(line, `Line ${i + 1} of ${file}`));
}

function textOf(file: string, remedy = REMEDY): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(`${file} is missing: ${remedy}`);
  }
}

/** All that a run's files hold are objects, and lists of them. */
function parse(text: string, what: string, remedy = REMEDY): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${what} is damaged, or was cut short: ${remedy}`);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new UsageError(`${what} is damaged, it holds ${text.slice(0, 20)} alone: ${remedy}`);
}

const REMEDY = "restore it, or delete the run's folder.";
