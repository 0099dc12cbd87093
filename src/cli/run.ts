import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { formatMetric } from '../experiments/metric.js';
import { UsageError } from '../runtime/errors.js';
import { metricOf, type RunSummary, resultOf } from '../training/results.js';
import { resumption } from './again.js';
import { untilInterrupted } from './interrupt.js';
import {
  addTrainingOptions,
  conditionsOf,
  numberOption,
  OPTIMIZER_NAMES,
  requestOf,
  type TrainingFlags,
} from './options.js';
import { showProgress } from './progress.js';
import { openTracker } from './tracking.js';

/** `lazyahead run EXPERIMENT --optimizer NAME|SPEC`: one run. */
export function register(program: Command): void {
  const command = program
    .command('run')
    .description('train one optimizer and leave a run directory')
    .argument('<experiment>', 'imdb, cifar10, cifar100 or ptb')
    .option(
      '--optimizer <name|spec>',
      'required: one of the names below, or a spec such as "lookahead(lazy(adam(1e-3)), k=5)"',
    )
    .addOption(numberOption('seed', 'n', 'decides weights, order and dropout (default: 1)'));
  addTrainingOptions(command.addHelpText('after', OPTIMIZER_NAMES)).action(
    async (experiment: string, flags: TrainingFlags & { optimizer?: string; seed?: number }) => {
      const { optimizer, seed, json } = flags;
      // Not commander's own check: a misspelt name of the option would be told as a missing one.
      if (optimizer === undefined) {
        throw new UsageError(
          'Say what to train with: --optimizer adam, for example; --help has more.',
        );
      }
      if (flags.resume && flags.runDir && !existsSync(flags.runDir)) {
        process.stderr.write(`There is no ${flags.runDir} yet: a run is begun there.\n`);
      }
      const { run } = await import('../training/run.js');
      const tracker = await openTracker(flags.track);
      const result = await run(
        { experiment, optimizer, seed, ...requestOf(flags) },
        {
          ...conditionsOf(flags),
          signal: untilInterrupted(),
          onEvent: showProgress(`${optimizer}, seed ${seed ?? 1}`),
          onStatus: (status) => process.stderr.write(`${status}\n`),
        },
      );
      const { directory, summary } = result;
      await tracker.log(result);
      if (summary.message !== undefined) {
        process.stderr.write(`${summary.message}\n`);
      }
      if (summary.status === 'interrupted') {
        process.stderr.write(`To continue: ${resumption(flags, directory)}\n`);
      }
      if (summary.status === 'diverged') {
        process.exitCode = 1;
      }
      if (json) {
        process.stdout.write(`${JSON.stringify(summary)}\n`);
      } else {
        process.stdout.write(
          `${summary.optimizer} on ${summary.dataset}: ${resultText(summary)}. Run: ${directory}\n`,
        );
      }
    },
  );
}

/** 'best validation accuracy 83.74 %'. */
function resultText(summary: RunSummary): string {
  const metric = metricOf(summary);
  const { best, test } = resultOf(summary);
  if (best === null) return 'no epoch was completed';
  const onTest = test === null ? '' : `, on the test data then ${formatMetric(metric, test)}`;
  return `best validation ${metric.name} ${formatMetric(metric, best)}${onTest}`;
}
