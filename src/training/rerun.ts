/** Repeating a run from its directory. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { EXPERIMENTS, type RunRequest } from '../experiments/config.js';
import type { BackendName } from '../runtime/backend.js';
import {
  type Environment,
  environmentDifferences,
  hasOtherProcessor,
} from '../runtime/environment.js';
import { UsageError } from '../runtime/errors.js';
import { type DatasetInfo, type RunResult, type RunSummary, resultOf } from './results.js';
import { type RunOptions, run, timeStamp } from './run.js';
import type { RecordedConfig } from './run-directory.js';
import { FILES, readEnvironment, readJson, readLines, readRun } from './run-files.js';

/** How many differences are told one by one. */
const TOLD = 5;

/** What came of repeating a run. */
export interface Rerun {
  /**
   * Whether the data set, all metrics, the losses of all steps, if recorded, the result and the weights
   * are the same, bit for bit.
   */
  identical: boolean;
  /** Where not, a sentence each; of very many, the first. */
  differences: string[];
  /** Whether the losses of the steps were recorded, and so compared. */
  hasSteps: boolean;
  /**
   * A sentence where the data came from another file, with both checksums: the same data may have been
   * packed anew.
   */
  data: string[];
  /** In what the environments differ that can change numbers, a few words each. */
  environment: string[];
  /** Whether this processor is of another kind than the original's, which may alone be the reason. */
  hasOtherProcessor: boolean;
  /** How many processes made the original, one after the other. */
  processes: number;
  original: RunResult;
  repeated: RunResult;
}

/**
 * Repeats a run that has ended: the configuration, data set, backend and number of threads that its
 * directory says, in a directory of its own.
 *
 * @throws UsageError when there is no run that has ended, or it cannot be repeated here.
 */
export async function rerun(directory: string, options: RunOptions = {}): Promise<Rerun> {
  const original = readRun(directory);
  if (original.summary.status === 'interrupted') {
    throw new UsageError(
      `The run in ${directory} was interrupted: go on with it with --resume before it is repeated.`,
    );
  }
  const config = readJson<RecordedConfig>(directory, FILES.config);
  const there = readEnvironment(directory) as unknown as Environment;
  const repeated = await run(requestFor(config), {
    backend: there.backend?.name as BackendName,
    threads: there.backend?.threads,
    ...options,
    runDir: options.runDir ?? join('runs', `rerun-${basename(resolve(directory))}-${timeStamp()}`),
  });
  const here = readEnvironment(repeated.directory) as unknown as Environment;
  // A published run may come without the losses of its steps.
  const hasSteps = existsSync(join(directory, FILES.steps));
  const now = readJson<RecordedConfig>(repeated.directory, FILES.config);
  const differences = [
    ...datasetDifferences(config, now),
    ...resultDifferences(original, repeated),
    ...weightDifferences(original, repeated),
    ...few(lineDifferences('epoch', original.metrics, repeated.metrics)),
    ...(hasSteps
      ? few(lineDifferences('step', stepsOf(directory), stepsOf(repeated.directory)))
      : []),
  ];
  return {
    identical: differences.length === 0,
    hasSteps,
    differences,
    data: fileDifferences(config, now),
    environment: environmentDifferences(there, here),
    hasOtherProcessor: hasOtherProcessor(there, here),
    processes: 1 + (original.summary.resumedFromSteps ?? []).length,
    original,
    repeated,
  };
}

/** What asks for a run again. */
function requestFor(config: RecordedConfig): RunRequest {
  const { spec: _, dataset, ...request } = config;
  const recipe = EXPERIMENTS[config.experiment]?.optimizers[config.optimizer];
  // Complete configurations have them also where they mean nothing, in which they are refused.
  const { k, alpha, ...others } = request;
  const { synthetic } = dataset as { synthetic?: boolean };
  return {
    ...others,
    ...(recipe?.lookahead && { k, alpha }),
    // Not whatever can be had here.
    ...(synthetic !== undefined && { data: synthetic ? 'synthetic' : 'real' }),
  };
}

function datasetDifferences(there: RecordedConfig, here: RecordedConfig): string[] {
  const [before, now] = [datasetOf(there).name, datasetOf(here).name];
  return before === now ? [] : [`The data set is ${now}, and was ${before}.`];
}

function fileDifferences(there: RecordedConfig, here: RecordedConfig): string[] {
  const [before, now] = [datasetOf(there).sha256, datasetOf(here).sha256];
  // Generated data are in no file.
  const isOther = before !== null && now !== null && before !== now;
  return isOther ? [`The data file is another: its SHA-256 is ${now}, and was ${before}.`] : [];
}

const datasetOf = ({ dataset }: RecordedConfig) => dataset as DatasetInfo;

/** What tables are made from. */
function resultDifferences({ summary: there }: RunResult, { summary: here }: RunResult): string[] {
  const resultIn = (summary: RunSummary) => ({ status: summary.status, ...resultOf(summary) });
  return valueDifferences('the summary', resultIn(there), resultIn(here));
}

function weightDifferences({ summary: there }: RunResult, { summary: here }: RunResult): string[] {
  return there.weightsSha256 === here.weightsSha256
    ? []
    : [
        `The weights' SHA-256 is ${here.weightsSha256.slice(0, 12)}…, and was ${there.weightsSha256.slice(0, 12)}….`,
      ];
}

function lineDifferences(what: 'epoch' | 'step', there: object[], here: object[]): string[] {
  const differences =
    there.length === here.length
      ? []
      : [`It has ${here.length} ${what}s, and had ${there.length}.`];
  for (const [i, line] of there.slice(0, here.length).entries()) {
    differences.push(...valueDifferences(`${what} ${i + 1}`, line, here[i]));
  }
  return differences;
}

/** Without the times, which are never the same. */
function valueDifferences(where: string, there: object, here: object): string[] {
  const now = here as Record<string, unknown>;
  return Object.entries(there)
    .filter(([name, value]) => name !== 'seconds' && now[name] !== value)
    .map(([name, value]) => `In ${where} ${name} is ${now[name]}, and was ${value}.`);
}

function few(differences: string[]): string[] {
  const more = differences.length - TOLD;
  return more <= 0
    ? differences
    : [...differences.slice(0, TOLD), `And ${more} more values like these.`];
}

const stepsOf = (directory: string) => readLines(join(directory, FILES.steps)) as object[];
