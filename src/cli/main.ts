/** The commands of `lazyahead`. */
import { Command, CommanderError } from 'commander';
import { UsageError } from '../runtime/errors.js';
import { visibleText } from '../runtime/visible-text.js';
import * as data from './data.js';
import * as doctor from './doctor.js';
import * as init from './init.js';
import * as lab from './lab.js';
import * as notebook from './notebook.js';
import * as report from './report.js';
import * as reproduce from './reproduce.js';
import * as robustness from './robustness.js';
import * as run from './run.js';
import * as runs from './runs.js';
import * as sweep from './sweep.js';
import * as trial from './trial.js';

const { version } = require('../../package.json');

const USAGE = 2;
const FAILURE = 1;

async function main(): Promise<void> {
  const program = new Command('lazyahead')
    .description('Lookahead and lazy optimizers for TensorFlow.js, and what they do')
    .version(version)
    .option('--debug', 'show where an error comes from')
    .exitOverride();
  for (const command of [
    run,
    runs,
    reproduce,
    robustness,
    sweep,
    trial,
    report,
    data,
    notebook,
    lab,
    init,
    doctor,
  ]) {
    command.register(program);
  }
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof CommanderError)) {
      const { message, stack } = error as Error;
      const text = (program.opts().debug && stack) || message;
      process.stderr.write(`lazyahead: ${visibleText(String(text))}\n`);
    }
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : USAGE;
  }
  if (error instanceof UsageError) {
    return USAGE;
  }
  // Interrupted before training started: the signal's own code is set already.
  return (process.exitCode as number | undefined) ?? FAILURE;
}

void main();
