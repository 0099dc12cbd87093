/** The options that commands share. */
import { existsSync, statSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { DataSource } from '../data/data-origin.js';
import type { Protocol } from '../experiments/experiment.js';
import { UsageError } from '../runtime/errors.js';
import { TRACK_OPTION } from './tracking.js';

/** An option's value as a number. @throws UsageError naming what was given. */
const number = (name: string) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`--${name} takes a number, not "${text}".`);
  }
  return value;
};

/** An option's value as a list of numbers. @throws UsageError naming what was given. */
export const numbers = (name: string) => (text: string) => text.split(',').map(number(name));

/**
 * An option's value as a list of optimizers, names or specs, between commas: those within the
 * parentheses of a spec or its quoted names are the spec's own.
 */
export function optimizerList(text: string): string[] {
  const items = [''];
  let depth = 0;
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|./gs)) {
    if (piece === ',' && depth === 0) {
      items.push('');
      continue;
    }
    items[items.length - 1] += piece;
    // Never below 0: one parenthesis too many is the mistake of one spec, not of those after it.
    depth = Math.max(0, depth + (piece === '(' ? 1 : piece === ')' ? -1 : 0));
  }
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

/** What a help text says of optimizers: the experiments themselves would have to load TensorFlow.js. */
export const OPTIMIZER_NAMES = `
Optimizers by name:
  imdb               adam, lazy-adam, lazy-adam-freeze, lookahead-adam, lookahead-lazy-adam
  cifar10, cifar100  sgd, polyak, adamw, lookahead-sgd, lookahead-adamw
  ptb                sgd, lookahead-sgd, adam, lookahead-adam, lazy-adam, lookahead-lazy-adam`;

/** A number option, `--name <value>`. */
export const numberOption = (name: string, placeholder: string, description: string) =>
  new Option(`--${name} <${placeholder}>`, description).argParser(number(name));

/** An option for how many there are to be, `--name <value>`: a whole number from 1. */
export const countOption = (name: string, placeholder: string, description: string) =>
  new Option(`--${name} <${placeholder}>`, description).argParser((text) => {
    const count = number(name)(text);
    if (Number.isSafeInteger(count) && count > 0) return count;
    throw new UsageError(`--${name} takes a whole number from 1, not ${text}.`);
  });

/** A folder's path, which need not be there yet. @throws UsageError when there is a file. */
export function folderOption(path: string): string {
  if (!existsSync(path) || statSync(path).isDirectory()) return path;
  throw new UsageError(`--run-dir takes a folder, and ${path} is a file: name another.`);
}

/** What every command that trains is given on the command line, beside what is its own. */
export interface TrainingFlags {
  track?: string;
  preset?: string;
  epochs?: number;
  batchSize?: number;
  lr?: number;
  k?: number;
  alpha?: number;
  data?: DataSource;
  protocol?: Protocol;
  lstm?: string;
  backend?: 'auto' | 'tensorflow' | 'wasm' | 'cpu';
  threads?: number;
  runDir?: string;
  resume?: boolean;
  checkpointEvery?: string;
  keepCheckpoints?: number;
  json?: boolean;
}

/**
 * Adds the options of {@link TrainingFlags}.
 *
 * @param hyperparameters - whether those of optimizer and model are among them. Default true.
 * @param checkpoints - whether those about a run's checkpoints are. Default true.
 */
export function addTrainingOptions(
  command: Command,
  { hyperparameters = true, checkpoints = true } = {},
): Command {
  command.option(
    '--preset <name>',
    'smoke, quick, and longer ones: full of imdb, standard and paper of the others, deep of cifar, medium of ptb (default: quick)',
  );
  if (hyperparameters) addHyperparameters(command);
  command
    .addOption(numberOption('epochs', 'n', 'passes over the training data'))
    .option('--data <source>', 'real, synthetic, or auto: real where it can be had')
    .option(
      '--protocol <name>',
      'best-on-test: the best epoch is that on the test data, as in the article; held-out: that on a part of the training data, and the test data give its result (default: best-on-test, where there are no validation data)',
    )
    .addOption(
      new Option('--backend <name>', 'where to compute').choices([
        'auto',
        'tensorflow',
        'wasm',
        'cpu',
      ]),
    )
    .addOption(countOption('threads', 'n', 'threads of one TensorFlow operation (default: 1)'))
    .option(...TRACK_OPTION)
    .option(
      '--run-dir <dir>',
      'where the results go (default: a new folder in runs/)',
      folderOption,
    )
    .option('--json', 'print the result as JSON, in the last line of standard output');
  return checkpoints ? addCheckpoints(command) : command;
}

const addCheckpoints = (command: Command): Command =>
  command
    .option(
      '--resume',
      'go on with what --run-dir holds, bit for bit; begin where it holds nothing',
    )
    .option(
      '--checkpoint-every <interval>',
      'steps, as 100, or time, as 5m; after each epoch in any case (default: 2m)',
    )
    .addOption(
      numberOption('keep-checkpoints', 'n', 'the newest n and the best stay (default: 2)'),
    );

/** What the flags say of how a run is carried out. */
export function conditionsOf(flags: TrainingFlags) {
  const { backend, threads, runDir, resume, checkpointEvery, keepCheckpoints } = flags;
  return { backend, threads, runDir, resume, checkpointEvery, keepCheckpoints };
}

function addHyperparameters(command: Command): void {
  command
    .addOption(numberOption('batch-size', 'n', 'examples a step, or rows of a text'))
    .addOption(numberOption('lr', 'x', "the inner optimizer's learning rate"))
    .addOption(numberOption('k', 'n', "Lookahead's sync period, in steps"))
    .addOption(numberOption('alpha', 'x', "Lookahead's step of the slow weights, 0 to 1"))
    .option(
      '--lstm <kind>',
      "imdb: the LSTM's gates and dropout masks, keras2.2 (the article's), today, or one of both the article's: keras2.2-gates, keras2.2-masks",
    );
}

/** What the flags ask of a run. */
export function requestOf({ lstm, ...flags }: TrainingFlags) {
  const { preset, epochs, batchSize, lr, k, alpha, data, protocol } = flags;
  const settings = lstm === undefined ? undefined : { lstm };
  return { preset, epochs, batchSize, lr, k, alpha, data, protocol, settings };
}
