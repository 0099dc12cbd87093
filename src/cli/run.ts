import type { Command } from 'commander';
import { untilInterrupted } from './interrupt.js';
import { addTrainingOptions, numberOption, requestOf, type TrainingFlags } from './options.js';
import { showProgress } from './progress.js';

/** `lazyahead run EXPERIMENT --optimizer NAME|SPEC`: one run. */
export function register(program: Command): void {
  const command = program
    .command('run')
    .description('train one optimizer and leave a run directory')
    .argument('<experiment>', 'imdb')
    .requiredOption(
      '--optimizer <name|spec>',
      'required: adam, lazy-adam, lazy-adam-freeze, lookahead-adam, lookahead-lazy-adam, or a spec such as "lookahead(lazy(adam(1e-3)), k=5)"',
    )
    .addOption(numberOption('seed', 'n', 'decides weights, order and dropout (default: 1)'));
  addTrainingOptions(command).action(
    async (experiment: string, flags: TrainingFlags & { optimizer: string; seed?: number }) => {
      const { optimizer, seed, json, runDir, backend, threads } = flags;
      const { run } = await import('../training/run.js');
      const { directory, summary } = await run(
        { experiment, optimizer, seed, ...requestOf(flags) },
        {
          runDir,
          backend,
          threads,
          signal: untilInterrupted(),
          onEvent: showProgress(`${optimizer}, seed ${seed ?? 1}`),
          onStatus: (status) => process.stderr.write(`${status}\n`),
        },
      );
      if (summary.message !== undefined) {
        process.stderr.write(`${summary.message}\n`);
      }
      if (summary.status === 'diverged') {
        process.exitCode = 1;
      }
      if (json) {
        process.stdout.write(`${JSON.stringify(summary)}\n`);
      } else {
        const best = summary.bestValAccuracy;
        const result =
          best === null
            ? 'no epoch was completed'
            : `best validation accuracy ${(100 * best).toFixed(2)} %`;
        process.stdout.write(
          `${summary.optimizer} on ${summary.dataset}: ${result}. Run: ${directory}\n`,
        );
      }
    },
  );
}
