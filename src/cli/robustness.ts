import { join } from 'node:path';
import type { Command } from 'commander';
import type { RobustnessStudy } from '../sweeps/robustness.js';
import type { Sweep } from '../sweeps/sweep-directory.js';
import { again } from './again.js';
import { type CarryOutFlags, carryOut, PLAN_OPTION, sayHowToStart } from './carry-out.js';
import { addTrainingOptions, numbers, requestOf } from './options.js';
import { addEngineOptions } from './sweep-engine.js';

interface Flags extends CarryOutFlags {
  seeds?: number[];
}

/** `lazyahead robustness EXPERIMENT`: learning rates, k and alpha, well and badly chosen. */
export function register(program: Command): void {
  const command = program
    .command('robustness')
    .description(
      'what badly chosen learning rates, k and alpha do to an optimizer alone and within Lookahead; continues in --run-dir',
    )
    .argument('<experiment>', 'cifar10, cifar100 or ptb')
    .option('--seeds <list>', 'everything once a seed, e.g. 1,2,3 (default: 1)', numbers('seeds'))
    .option(...PLAN_OPTION);
  const options = { hyperparameters: false, checkpoints: false };
  addTrainingOptions(addEngineOptions(command), options).action(robustnessAction);
}

async function robustnessAction(experiment: string, flags: Flags): Promise<void> {
  const { seeds } = flags;
  const { planRobustness } = await import('../sweeps/robustness.js');
  const { SweepDirectory } = await import('../sweeps/sweep-directory.js');
  const { runSweep } = await import('../sweeps/sweep.js');
  const { timeStamp } = await import('../training/run.js');
  const studies = planRobustness({ experiment, seeds, ...requestOf(flags) });
  const path = flags.runDir ?? join('runs', `robustness-${experiment}-${timeStamp()}`);
  const trials = studies.flatMap((study) => study.trials);
  const open = async () => SweepDirectory.open(path, experiment, trials);
  const directory = await carryOut(flags, open, runSweep);
  const command = again(flags, path, { less: ['--plan'] });
  if (flags.plan) sayHowToStart(directory, command);
  else await conclude(studies, directory.read(), command, flags);
}

/** Prints what each study has come to, and writes the report on both. @param command - continues them. */
async function conclude(
  studies: RobustnessStudy[],
  sweep: Sweep,
  command: string,
  { json }: { json?: boolean },
) {
  const { directory, runs, failures } = sweep;
  const { robustnessReport } = await import('../report/robustness.js');
  const { reportJson } = await import('../report/report.js');
  const { reportText } = await import('../report/text.js');
  const { writeReport } = await import('../report/write.js');
  const failed = Object.keys(failures).length;
  const planned = new Set(studies.flatMap(({ trials }) => trials.map(({ id }) => id)));
  const ended = [...planned].filter((id) => runs.has(id)).length;
  if (failed > 0) process.exitCode ??= 1;
  let text = '';
  if (ended > 0) {
    const content = robustnessReport(studies, sweep);
    const report = join(directory, 'report.html');
    await writeReport(report, content);
    text = `${reportText(content)}\n\nReport with charts: ${report}\n`;
    if (json) process.stdout.write(`${JSON.stringify(reportJson(content))}\n`);
  }
  text += `${ended} of ${planned.size} runs have ended${failed > 0 ? `, ${failed} failed` : ''}, in ${directory}\n`;
  if (ended < planned.size) text += `To continue: ${command}\n`;
  (json ? process.stderr : process.stdout).write(text);
}
