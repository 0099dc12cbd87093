/** `lazyahead sweep … --search`: trials that Optuna chooses from the results of those before. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';
import { UsageError } from '../runtime/errors.js';
import { shellCommand } from '../runtime/shell.js';
import type { Pruner, Search, Study } from '../sweeps/optuna/study.js';
import type { SearchRecord, SearchRequest } from '../sweeps/search-plan.js';
import type { SweepDirectory } from '../sweeps/sweep-directory.js';
import { numberOption } from './options.js';

/** How trials are chosen, as the command line says it. */
export interface SearchFlags {
  search?: Search;
  trials?: number;
  prune?: Pruner;
  storage?: string;
}

/** Adds the options of {@link SearchFlags}. */
export const addSearchOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--search <method>',
        'choose --trials by results so far, with Optuna, from --grid, --range, --log-range and --optimizers',
      ).choices(['tpe', 'cmaes', 'random']),
    )
    .addOption(numberOption('trials', 'n', 'how many trials a --search makes'))
    .addOption(
      new Option('--prune <method>', 'end hopeless trials of a --search early').choices([
        'none',
        'median',
        'hyperband',
      ]),
    )
    .option(
      '--storage <url>',
      "the study's database: sqlite:///FILE or postgresql://USER@HOST/NAME (default: study.db in the sweep's directory)",
    );

/** @throws UsageError for options of a search without one. */
export function refuseWithoutSearch({ search, trials, prune, storage }: SearchFlags): void {
  if (search !== undefined) {
    if (trials === undefined) {
      throw new UsageError('A search goes on for ever: say how many trials with --trials.');
    }
    return;
  }
  for (const [name, value] of Object.entries({ trials, prune, storage })) {
    if (value !== undefined) {
      throw new UsageError(`--${name} is about a search: add --search tpe, or leave it out.`);
    }
  }
}

/**
 * The record of a search that is begun in a directory, or made longer.
 *
 * @throws UsageError when the directory holds one of something else.
 */
export async function recordOf(
  directory: SweepDirectory,
  asked: SearchRequest,
): Promise<SearchRecord> {
  const { withoutPassword } = await import('../sweeps/search-plan.js');
  const { path } = directory;
  const { search: before, trials } = directory.read();
  const storage = asked.storage === undefined ? undefined : withoutPassword(asked.storage);
  if (before === undefined) {
    if (trials.length > 0) {
      throw new UsageError(`${path} holds a sweep without a search: name another with --run-dir.`);
    }
    // In a database that others use too, a name that nobody else has.
    const study = basename(path) + (storage ? `-${randomBytes(4).toString('hex')}` : '');
    return { ...asked, storage, study };
  }
  const same = { ...asked, storage: storage ?? before.storage };
  for (const part of ['request', 'optimizers', 'space', 'storage'] as const) {
    if (!isDeepStrictEqual(plain(same[part]), plain(before[part]))) {
      throw new UsageError(
        `${path} holds a search of something else (its ${part} differs): repeat its options, or name another with --run-dir.`,
      );
    }
  }
  return { ...before, ...same };
}

/** As it is when it has been written and read. */
const plain = (value: unknown) => value && JSON.parse(JSON.stringify(value));

/**
 * Opens a search's study, and says where others can look at it.
 *
 * @param storage - its address as it was typed, with a password where it has one.
 */
export async function openStudy(
  record: SearchRecord,
  directory: string,
  storage = record.storage,
): Promise<Study> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { studyOf } = await import('../sweeps/search-plan.js');
  const { Study } = await import('../sweeps/optuna/study.js');
  const request = studyOf({ ...record, storage }, directory);
  const study = await Study.open(request, say);
  say(
    `The study "${request.name}" can be watched: ${shellCommand(['optuna-dashboard', request.shown])}`,
  );
  return study;
}
