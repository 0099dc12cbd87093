import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { HyperparameterValue } from '../experiments/experiment.js';
import { UsageError } from '../runtime/errors.js';
import { shellCommand } from '../runtime/shell.js';
import type { SweepDirectory } from '../sweeps/sweep-directory.js';
import { type CarryOutFlags, carryOut, PLAN_OPTION, sayHowToStart } from './carry-out.js';
import {
  addTrainingOptions,
  numberOption,
  numbers,
  OPTIMIZER_NAMES,
  optimizerList,
  requestOf,
} from './options.js';
import {
  addSearchOptions,
  openStudy,
  recordOf,
  refuseWithoutSearch,
  type SearchFlags,
} from './search.js';
import { addEngineOptions } from './sweep-engine.js';
import { checkDraws, type DrawFlags, gridOption, rangeOption } from './sweep-options.js';

interface Flags extends CarryOutFlags, DrawFlags, SearchFlags {
  grid: Record<string, HyperparameterValue[]>;
  search?: SearchFlags['search'];
  seeds?: number[];
  optimizers?: string[];
  plan?: boolean;
}

/** `lazyahead sweep EXPERIMENT`: a grid or a random search, several trials at a time. */
export function register(program: Command): void {
  const command = program
    .command('sweep')
    .description('try hyperparameters, several runs at a time; continues the sweep in --run-dir')
    .argument(
      '[experiment]',
      'imdb, cifar10, cifar100 or ptb; left out, the sweep in --run-dir is continued',
    )
    .option(
      '--grid <name=values>',
      'values to try, e.g. k=5,10,20; repeat for more',
      gridOption,
      {},
    )
    .addOption(numberOption('random', 'n', 'draw n points instead of trying every one'))
    .option(
      '--range <name=range>',
      'draw between two numbers, e.g. alpha=0.2..0.8; repeat for more',
      rangeOption('range'),
      {},
    )
    .option(
      '--log-range <name=range>',
      'the same by their logarithm, e.g. lr=1e-4..1e-1',
      rangeOption('log-range'),
      {},
    )
    .addOption(
      numberOption('search-seed', 'n', 'decides what --random or --search draws (default: 1)'),
    )
    .option('--seeds <list>', 'every point once a seed, e.g. 1,2,3 (default: 1)', numbers('seeds'))
    .option(
      '--optimizers <list>',
      'names or specs (default: what the source compares)',
      optimizerList,
    )
    .option(...PLAN_OPTION);
  command.addHelpText('after', OPTIMIZER_NAMES);
  const withEngine = addEngineOptions(addSearchOptions(command));
  addTrainingOptions(withEngine, { checkpoints: false }).action(sweepAction);
}

async function sweepAction(experiment: string | undefined, flags: Flags): Promise<void> {
  if (experiment === undefined) refusePlan(flags);
  else {
    refuseWithoutSearch(flags);
    checkDraws(flags);
  }
  const directory = await carryOut(
    flags,
    () => openDirectory(experiment, flags),
    async (directory, options) => {
      const { search } = directory.read();
      if (search) {
        const { runSearch } = await import('../sweeps/search.js');
        const open = () => openStudy(search, directory.path, flags.storage);
        await runSearch(directory, open, search, options);
      } else {
        const { runSweep } = await import('../sweeps/sweep.js');
        await runSweep(directory, options);
      }
    },
  );
  if (flags.plan) sayHowToStart(directory, continuation(directory.path));
  else await conclude(directory, flags);
}

const continuation = (path: string) =>
  shellCommand(['npx', 'lazyahead', 'sweep', '--run-dir', path]);

/** @throws UsageError for what would add to the plan of a sweep that is continued as it is. */
function refusePlan(flags: Flags): void {
  const { grid, range, logRange, random, searchSeed, seeds, optimizers } = flags;
  const { settings, ...request } = requestOf(flags);
  const { search, trials, prune, lstm } = flags;
  const asked = {
    ...{ ...request, lstm, grid, range, logRange, random, searchSeed, seeds, optimizers },
    ...{ search, trials, prune },
  };
  const isGiven = (value: unknown) => value !== undefined && !isDeepStrictEqual(value, {});
  const [name] = Object.entries(asked).find(([, value]) => isGiven(value)) ?? [];
  if (name === undefined) return;
  const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(
    `--${option} says what is to be run: name the experiment too, or leave it out to continue what is planned.`,
  );
}

/** The sweep's directory, with what the flags ask for added to its plan. */
async function openDirectory(
  experiment: string | undefined,
  flags: Flags,
): Promise<SweepDirectory> {
  const { SweepDirectory, holdsSweep, readSweep } = await import('../sweeps/sweep-directory.js');
  if (experiment === undefined) {
    if (flags.runDir === undefined) {
      throw new UsageError('Name an experiment, or a sweep to continue with --run-dir.');
    }
    return SweepDirectory.open(flags.runDir, readSweep(flags.runDir).experiment, []);
  }
  const { planSweep } = await import('../sweeps/plan.js');
  const { timeStamp } = await import('../training/run.js');
  const { grid, range, logRange, random, searchSeed, seeds, optimizers, backend, threads } = flags;
  const path = flags.runDir ?? join('runs', `sweep-${experiment}-${timeStamp()}`);
  if (flags.search !== undefined) return openSearch(experiment, path, flags);
  if (holdsSweep(path) && readSweep(path).search !== undefined) {
    throw new UsageError(`${path} holds a search: add --search, or name another with --run-dir.`);
  }
  const trials = await planSweep(
    {
      experiment,
      ...requestOf(flags),
      ...{ grid, ranges: { ...range, ...logRange }, random, searchSeed, seeds, optimizers },
    },
    { backend, threads },
  );
  return SweepDirectory.open(path, experiment, trials);
}

/** The directory of a search, with how it chooses its trials. */
async function openSearch(experiment: string, path: string, flags: Flags): Promise<SweepDirectory> {
  const { checkSearch } = await import('../sweeps/search-plan.js');
  const { canonicalOptimizers } = await import('../training/comparison.js');
  const { experimentNamed } = await import('../experiments/config.js');
  const { SweepDirectory } = await import('../sweeps/sweep-directory.js');
  const { grid, range, logRange, seeds = [1], searchSeed = 1, backend, threads } = flags;
  const { search = 'tpe', trials = 0, prune = 'none', storage } = flags;
  if (flags.random !== undefined) {
    throw new UsageError('--random draws its points before; leave it out, or --search.');
  }
  if (seeds.length !== 1) {
    throw new UsageError(
      'A search takes one seed: repeat its best trials with several afterwards.',
    );
  }
  const named = flags.optimizers ?? experimentNamed(experiment).compared.slice(0, 1);
  const request = { experiment, ...requestOf(flags), optimizer: named[0], seed: seeds[0] };
  const space = { grid, ranges: { ...range, ...logRange } };
  const asked = { request, space, search, prune, trials, storage, seed: searchSeed };
  const checked = checkSearch({ ...asked, optimizers: named }).map((trial) => trial.request);
  const optimizers = await canonicalOptimizers(checked, { backend, threads });
  asked.request.optimizer = optimizers[0];
  const directory = SweepDirectory.open(path, experiment, []);
  try {
    directory.noteSearch(await recordOf(directory, { ...asked, optimizers }));
    return directory;
  } catch (error) {
    directory.close();
    throw error;
  }
}

/** Prints what the sweep has come to, and writes its report. */
async function conclude(directory: SweepDirectory, { json }: { json?: boolean }): Promise<void> {
  const { path } = directory;
  const { trials, runs, failures, stopped, search } = directory.read();
  const failed = Object.keys(failures).length;
  const results = runs.size + stopped.size + failed;
  const planned = search?.trials ?? trials.length;
  const ended = search ? Math.max(search.done ?? 0, results) : runs.size;
  // A search goes on to other trials instead of those that failed.
  const rest = search ? planned - ended : planned - runs.size;
  if (failed > 0) process.exitCode ??= 1;
  let text = '';
  if (runs.size > 0) {
    const { reportJson, reportOn } = await import('../report/report.js');
    const { reportText } = await import('../report/text.js');
    const { writeReport } = await import('../report/write.js');
    const report = join(path, 'report.html');
    const content = reportOn([path]);
    await writeReport(report, content);
    text = `${reportText(content)}\n\nReport with charts: ${report}\n`;
    if (json) process.stdout.write(`${JSON.stringify(reportJson(content))}\n`);
  }
  const parts = [
    `${ended} of ${planned} trials have ended`,
    ...(stopped.size > 0 ? [`${stopped.size} of them early`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(search && ended > results ? [`${ended - results} chosen a second time`] : []),
  ];
  text += `${parts.join(', ')}, in ${path}\n`;
  if (rest > 0) text += `To continue: ${continuation(path)}\n`;
  (json ? process.stderr : process.stdout).write(text);
}
