/** `npm run bench -- <suite>`: measurements, as a table or as JSON. */
import { loadavg } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { type BackendInfo, startBackend } from '../src/runtime/backend.js';
import { describeEnvironment } from '../src/runtime/environment.js';
import { UsageError } from '../src/runtime/errors.js';
import { KERNEL } from './kernel/suite.js';
import { OPTIMIZERS } from './optimizers/parts.js';
import { SCALE } from './scale/suite.js';
import type { Request, Suite } from './suite.js';
import { TRAINING } from './training/suite.js';

const SUITES: Record<string, Suite<unknown>> = {
  training: TRAINING as Suite<unknown>,
  optimizers: OPTIMIZERS as Suite<unknown>,
  kernel: KERNEL as Suite<unknown>,
  scale: SCALE as Suite<unknown>,
};

interface Flags extends Omit<Request, 'threads'> {
  json?: boolean;
  threads?: number[];
}

const HELP = `
Suites:
  training    a training step of whole models: ours, tf.layers, Keras and PyTorch in turn, each a
              process of its own; before, that all compute the same.
              Workloads: ${TRAINING.names.join(', ')}
  optimizers  what the optimizer wrappers cost, and how much memory they hold.
              Parts: ${OPTIMIZERS.names.join(', ')}
  kernel      what a notebook's reader waits for: our kernel, stock tslab's and Deno's in turn.
              Parts: ${KERNEL.names.join(', ')}
  scale       sweeps: the local engine and Ray in turn on this machine's cores, what Ray's driver
              does for a trial, and from these, simulated, thousands of trials on many machines.
              Parts: ${SCALE.names.join(', ')}

Keras and PyTorch run in the Python that LAZYAHEAD_PYTHON names, where it can import them, else in an
environment that is made on first use in the cache folder; Deno likewise comes from PyPI.

Examples:
  npm run bench
  npm run bench -- --only imdb,ptb-small --threads 1 --rounds 5
  npm run bench -- optimizers --json
`;

async function main(): Promise<void> {
  const program = new Command('bench')
    .description('measure a suite, ours and what it is compared with in turn')
    .argument('[suite]', Object.keys(SUITES).join(', '), 'training')
    .option('--only <names>', 'workloads or parts to measure, separated by commas', list)
    .addOption(
      new Option(
        '--threads <list>',
        'threads of one operation, ours and others’ (default: 1,2 in training, 1 in optimizers)',
      ).argParser((given) => list(given).map((value) => whole('threads', value))),
    )
    .addOption(count('rounds', 'blocks of each side; training only', 10))
    .addOption(
      count('memory-steps', 'steps over which memory must stay flat; optimizers only', 20_000),
    )
    .option('--json', "the rows as a JSON array in standard output's last line")
    .option('--smoke', 'tiny sizes, to see that everything runs; no limit is judged', false)
    .option('--no-python', 'leave Keras, PyTorch and Deno out, and do not install them')
    .addHelpText('after', HELP)
    .exitOverride();
  try {
    program.parse();
    await run(program.args[0] ?? 'training', program.opts<Flags>());
  } catch (error) {
    if (!(error instanceof CommanderError)) process.stderr.write(`bench: ${text(error)}\n`);
    const usage = error instanceof UsageError || error instanceof CommanderError;
    const help = error instanceof CommanderError && error.exitCode === 0;
    process.exitCode = help ? 0 : usage ? 2 : 1;
  }
}

async function run(name: string, { json, ...flags }: Flags): Promise<void> {
  const suite = SUITES[name];
  if (suite === undefined) {
    throw new UsageError(`There is no suite "${name}": choose ${Object.keys(SUITES).join(', ')}.`);
  }
  const unknown = flags.only?.find((wished) => !suite.names.includes(wished));
  if (unknown !== undefined) {
    throw new UsageError(
      `The suite ${name} has no "${unknown}": choose from ${suite.names.join(', ')}.`,
    );
  }
  const request: Request = { ...flags, threads: flags.threads ?? suite.defaultThreads };
  // Standard output is for the rows alone, so that they can be piped on.
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(header(await startBackend({ threads: request.threads[0] }), request.threads));
  const rows: unknown[] = [];
  for await (const row of suite.measure(request, say)) rows.push(row);
  console.log(json ? JSON.stringify(rows) : suite.table(rows));
  say(`Load average at the end: ${load()}.`);
}

function header(backend: BackendInfo, threads: number[]): string {
  const { time, tfjs, cpu, cores, node, commit, modified } = describeEnvironment(backend);
  const { name, native, reason } = backend;
  const tensorflow = native.version === null ? '' : `, TensorFlow ${native.version}`;
  return [
    `${time}, commit ${commit?.slice(0, 10) ?? 'unknown'}${modified ? ' with changes' : ''}`,
    `Node ${node}, tf.js ${tfjs['tfjs-core']}, backend ${name}${tensorflow}, threads in one operation: ${threads.join(', ')}`,
    `${cpu}, ${cores} cores, load average ${load()}`,
    ...(name === 'tensorflow' ? [] : [`The limits are meant for native TensorFlow. ${reason}`]),
  ].join('\n');
}

const load = () =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');

const text = (error: unknown) => (error as Error).message;

const list = (given: string) => given.split(',');

function count(name: string, description: string, standard: number): Option {
  return new Option(`--${name} <n>`, description)
    .default(standard)
    .argParser((given) => whole(name, given));
}

function whole(name: string, given: string): number {
  const value = Number(given);
  if (!(Number.isSafeInteger(value) && value > 0)) {
    throw new UsageError(`--${name} takes a whole number above 0, not "${given}".`);
  }
  return value;
}

void main();
