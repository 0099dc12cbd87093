import { join } from 'node:path';
import type { Command } from 'commander';
import { resumption } from './again.js';
import { untilInterrupted } from './interrupt.js';
import {
  addTrainingOptions,
  conditionsOf,
  numbers,
  OPTIMIZER_NAMES,
  optimizerList,
  requestOf,
  type TrainingFlags,
} from './options.js';
import { showProgress } from './progress.js';
import { openTracker } from './tracking.js';

interface Flags extends TrainingFlags {
  seeds?: number[];
  optimizers?: string[];
}

/** `lazyahead reproduce EXPERIMENT`: the reported figures beside our own. */
export function register(program: Command): void {
  const command = program
    .command('reproduce')
    .description('compare optimizers, and set the result beside the reported figures')
    .argument('<experiment>', 'imdb, cifar10, cifar100 or ptb')
    .option(
      '--seeds <list>',
      'one run a seed and optimizer, e.g. 1,2,3 (default: 1)',
      numbers('seeds'),
    )
    .option(
      '--optimizers <list>',
      'names or specs, e.g. "adam,clip(adam(1e-3), norm=1)" (default: what the source compares)',
      optimizerList,
    );
  addTrainingOptions(command.addHelpText('after', OPTIMIZER_NAMES)).action(reproduceAction);
}

async function reproduceAction(experiment: string, flags: Flags): Promise<void> {
  const { seeds, optimizers, json } = flags;
  const { EXPERIMENTS } = await import('../experiments/config.js');
  const { sectionsOf } = await import('../report/report.js');
  const { reproduce } = await import('../training/reproduce.js');
  const { reportText } = await import('../report/text.js');
  const { writeReport } = await import('../report/write.js');
  const { readEnvironment } = await import('../training/run-files.js');
  const tracker = await openTracker(flags.track);
  const started = performance.now();
  const signal = untilInterrupted();
  let planned = 0;
  const { directory, runs, error } = await reproduce(
    { experiment, seeds, optimizers, ...requestOf(flags) },
    {
      ...conditionsOf(flags),
      signal,
      onStatus: (status) => process.stderr.write(`${status}\n`),
      onRun({ optimizer, seed }, index, total) {
        planned = total;
        return showProgress(`[${index + 1}/${total}] ${optimizer}, seed ${seed}`);
      },
    },
  );
  for (const run of runs) await tracker.log(run);
  for (const { summary } of runs.filter(({ summary }) => summary.message !== undefined)) {
    process.stderr.write(`${summary.optimizer}, seed ${summary.seed}: ${summary.message}\n`);
  }
  const last = runs.at(-1)!.summary;
  if (signal.aborted && (runs.length < planned || last.status === 'interrupted')) {
    process.stderr.write(`To continue: ${resumption(flags, directory)}\n`);
  }
  if (runs.some(({ summary }) => summary.status === 'diverged')) {
    process.exitCode = 1;
  }
  const content = {
    title: EXPERIMENTS[experiment].title,
    sections: sectionsOf(runs),
    environments: [readEnvironment(runs[0].directory)],
  };
  const report = join(directory, 'report.html');
  await writeReport(report, content);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const completed = runs.filter(({ summary }) => summary.status === 'completed').length;
  const text = `${reportText(content)}
${completed} of ${planned} ${planned === 1 ? 'run' : 'runs'} completed in ${minutes} minutes, in ${directory}
Report with charts: ${report}
To look into it yourself: npm run lab opens JupyterLab; start with notebooks/start-here.ipynb
`;
  if (json) {
    process.stderr.write(text);
    process.stdout.write(`${JSON.stringify(runs.map(({ summary }) => summary))}\n`);
  } else {
    process.stdout.write(`\n${text}`);
  }
  if (error !== undefined) {
    throw error;
  }
}
