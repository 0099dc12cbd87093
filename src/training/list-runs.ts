/** The runs in folders, those too that have not ended. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import { isLocked } from '../runtime/lock.js';
import { findFolders } from './find-folders.js';
import type { EpochMetrics, RunSummary } from './results.js';
import type { RecordedConfig } from './run-directory.js';
import { FILES, readJson, readLines } from './run-files.js';

/** A run, whether or not it has ended. */
export interface ListedRun {
  directory: string;
  config: RecordedConfig;
  /** `running`: a process is at it; `cut off`: none is, and `--resume` would go on with it. */
  status: RunSummary['status'] | 'running' | 'cut off';
  /** Of the epochs completed. */
  metrics: EpochMetrics[];
  /** Null for a run that has not ended. */
  summary: RunSummary | null;
}

/**
 * The runs in run directories and in folders that hold them, however deep, by their paths.
 *
 * @throws UsageError for a path that is not there.
 */
export function listRuns(paths: string[]): ListedRun[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) {
      throw new UsageError(`There is nothing at ${path}.`);
    }
    return findFolders(path, holdsConfig).map(readListed);
  });
}

const holdsConfig = (directory: string) => existsSync(join(directory, FILES.config));

/** A run by its directory. @throws UsageError when there is none. */
export function readListed(directory: string): ListedRun {
  if (!holdsConfig(directory)) {
    throw new UsageError(`${directory} holds no run: there is no ${FILES.config} in it.`);
  }
  const has = (name: string) => existsSync(join(directory, name));
  const summary = has(FILES.summary) ? readJson<RunSummary>(directory, FILES.summary) : null;
  const metrics = has(FILES.metrics) ? readLines(join(directory, FILES.metrics)) : [];
  return {
    directory,
    config: readJson(directory, FILES.config),
    status: summary?.status ?? (isLocked(directory) ? 'running' : 'cut off'),
    metrics: metrics as EpochMetrics[],
    summary,
  };
}
