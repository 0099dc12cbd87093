import type { Command } from 'commander';
import { UsageError } from '../runtime/errors.js';
import { visibleText } from '../runtime/visible-text.js';
import { untilInterrupted } from './interrupt.js';
import { folderOption } from './options.js';
import { showProgress } from './progress.js';

interface Flags {
  json?: boolean;
}

/** `lazyahead runs …`: what run directories hold. */
export function register(program: Command): void {
  const runs = program.command('runs').description('look into run directories, and repeat runs');
  const JSON_OPTION = ['--json', 'print it as one line of JSON'] as const;
  runs
    .command('list')
    .description('one line a run, those too that have not ended')
    .argument('[paths...]', 'run directories, or folders that hold them', ['runs'])
    .option(...JSON_OPTION)
    .action(list);
  runs
    .command('show')
    .description('a run in full: configuration, result, environment, processes')
    .argument('<directory>')
    .option(...JSON_OPTION)
    .action(show);
  runs
    .command('compare')
    .description('what distinguishes runs, and whether they came to the same')
    .argument('<directories...>')
    .option(...JSON_OPTION)
    .action(compare);
  runs
    .command('export')
    .description('the metrics of all epochs, for other programs')
    .argument('[paths...]', 'run directories, or folders that hold them', ['runs'])
    .option('--csv', 'as CSV, a line an epoch (the default)')
    .option(...JSON_OPTION)
    .action(exportRuns);
  runs
    .command('rerun')
    .description('repeat a run, and say whether its metrics and weights come out identical')
    .argument('<directory>')
    .option(
      '--run-dir <dir>',
      'where the repeated run goes (default: a new folder in runs/)',
      folderOption,
    )
    .option(...JSON_OPTION)
    .action(rerunAction);
  runs
    .command('track')
    .description('log runs to an MLflow server')
    .argument('<paths...>', 'run directories, or folders that hold them')
    .requiredOption('--to <address>', 'required: mlflow:http://HOST:PORT')
    .option(...JSON_OPTION)
    .action(track);
}

async function track(paths: string[], { to, json }: Flags & { to: string }): Promise<void> {
  const { findAllRuns } = await import('../report/find-runs.js');
  const { openTracker } = await import('./tracking.js');
  const { runs } = findAllRuns(paths);
  const tracker = await openTracker(to);
  const results: { directory: string; logged: boolean }[] = [];
  for (const run of runs) {
    results.push({ directory: run.directory, logged: await tracker.log(run) });
  }
  if (results.some(({ logged }) => !logged)) process.exitCode = 1;
  if (json) print(JSON.stringify(results));
}

async function list(paths: string[], { json }: Flags): Promise<void> {
  const { listRuns } = await import('../training/list-runs.js');
  const { listText, recordOf } = await import('../report/runs.js');
  const runs = listRuns(paths);
  print(json ? JSON.stringify(runs.map(recordOf)) : listText(runs));
}

async function show(directory: string, { json }: Flags): Promise<void> {
  const { readListed } = await import('../training/list-runs.js');
  const { showText } = await import('../report/runs.js');
  const { readEnvironment, readProcesses } = await import('../training/run-files.js');
  const run = readListed(directory);
  const environment = readEnvironment(directory);
  const processes = readProcesses(directory);
  print(json ? JSON.stringify({ ...run, environment, processes }) : showText(run));
}

async function compare(directories: string[], { json }: Flags): Promise<void> {
  if (directories.length < 2) {
    throw new UsageError('A comparison takes two runs or more: name their directories.');
  }
  const { readListed } = await import('../training/list-runs.js');
  const { comparisonOf, comparisonText } = await import('../report/runs.js');
  const runs = directories.map(readListed);
  print(json ? JSON.stringify(comparisonOf(runs)) : comparisonText(runs));
}

async function exportRuns(paths: string[], { json, csv }: Flags & { csv?: true }): Promise<void> {
  if (json && csv) {
    throw new UsageError('Export as --csv or as --json, not both.');
  }
  const { listRuns } = await import('../training/list-runs.js');
  const { epochsCsv } = await import('../report/runs.js');
  const runs = listRuns(paths);
  process.stdout.write(json ? `${JSON.stringify(runs)}\n` : epochsCsv(runs));
}

async function rerunAction(directory: string, flags: Flags & { runDir?: string }): Promise<void> {
  const { rerun } = await import('../training/rerun.js');
  const result = await rerun(directory, {
    runDir: flags.runDir,
    signal: untilInterrupted(),
    onEvent: showProgress(`again: ${directory}`),
    onStatus: (status) => process.stderr.write(`${status}\n`),
  });
  const { identical, differences, data, environment, processes, hasSteps } = result;
  const { original, repeated } = result;
  if (repeated.summary.status === 'interrupted') {
    throw new Error(`${repeated.summary.message} Whether it comes out identical is not known.`);
  }
  if (!identical) {
    process.exitCode = 1;
  }
  if (flags.json) {
    const weights = [original, repeated].map(({ summary }) => summary.weightsSha256);
    const { directory: to } = repeated;
    const remarks = { data, environment, processes };
    print(JSON.stringify({ identical, differences, ...remarks, weights, directory: to }));
    return;
  }
  const lines = [
    identical
      ? `Identical: metrics${hasSteps ? ', losses of all steps' : ''} and weights (SHA-256 ${repeated.summary.weightsSha256.slice(0, 12)}…). Run: ${repeated.directory}`
      : `Not identical. Run: ${repeated.directory}`,
    ...differences,
    ...data,
    ...(processes > 1
      ? [`The original was made by ${processes} processes, one after the other.`]
      : []),
    environment.length === 0
      ? 'The environment is the same.'
      : `The environment is another: ${environment.join('; ')}.`,
    ...(!identical && result.hasOtherProcessor
      ? [
          'Processors of different kinds add in different orders, which alone can change the last bits and all that follows: repeat it on one like the original’s to be sure.',
        ]
      : []),
  ];
  print(visibleText(lines.join('\n')));
}

const print = (text: string) => process.stdout.write(`${text}\n`);
