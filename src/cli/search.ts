/** `lazyahead sweep … --search`: trials that Optuna chooses from the results of those before. */
import { type Command, Option } from 'commander';
import { UsageError } from '../runtime/errors.js';
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

/** The record of a search that is begun in a directory. */
export function recordOf(
  directory: SweepDirectory,
  flags: SearchFlags,
  rest: Pick<SearchRequest, 'request' | 'optimizers' | 'space' | 'seed'>,
): SearchRecord {
  const { search = 'tpe', trials = 0, prune = 'none', storage } = flags;
  return {
    ...rest,
    ...{ search, trials, prune },
    storage,
    study: directory.path.split(/[\\/]/).at(-1)!,
  };
}

/** Opens a search's study, and says where others can look at it. */
export async function openStudy(record: SearchRecord, directory: string): Promise<Study> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { studyOf } = await import('../sweeps/search-plan.js');
  const { Study } = await import('../sweeps/optuna/study.js');
  const request = studyOf(record, directory);
  const study = await Study.open(request, say);
  say(`The study "${request.name}" can be watched: optuna-dashboard ${request.storage}`);
  return study;
}
