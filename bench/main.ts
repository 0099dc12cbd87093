/** `npm run bench -- <suite>`: measurements, as a table or as JSON. */
import { loadavg } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { type BackendInfo, startBackend } from '../src/runtime/backend.js';
import { describeEnvironment } from '../src/runtime/environment.js';
import { UsageError } from '../src/runtime/errors.js';
import { OPTIMIZERS } from './optimizers/parts.js';
import type { Part, Request, Row } from './suite.js';
import { table } from './table.js';

const SUITES: Record<string, Part[]> = { optimizers: OPTIMIZERS };

interface Flags extends Request {
  json?: boolean;
}

async function main(): Promise<void> {
  const program = new Command('bench')
    .description('measure what stands in the suite, ours and what it is compared with, in turn')
    .argument('<suite>', Object.keys(SUITES).join(', '))
    .option('--json', "the rows as a JSON array in standard output's last line")
    .option('--only <parts>', 'parts of the suite, separated by commas', (text) => text.split(','))
    .option('--smoke', 'tiny sizes, to see that everything runs', false)
    .option('--no-pytorch', 'leave PyTorch out, and do not install it')
    .addOption(count('threads', 'threads of one operation, ours and others’', 1))
    .addOption(count('memory-steps', 'steps over which memory must stay flat', 20_000))
    .exitOverride();
  try {
    program.parse();
    await run(program.args[0], program.opts<Flags>());
  } catch (error) {
    if (!(error instanceof CommanderError)) process.stderr.write(`bench: ${text(error)}\n`);
    const usage = error instanceof UsageError || error instanceof CommanderError;
    const help = error instanceof CommanderError && error.exitCode === 0;
    process.exitCode = help ? 0 : usage ? 2 : 1;
  }
}

async function run(suite: string, { json, ...request }: Flags): Promise<void> {
  const parts = partsOf(suite, request.only);
  const backend = await startBackend({ threads: request.threads });
  // Standard output is for the rows alone, so that they can be piped on.
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(header(backend));
  const rows: Row[] = [];
  for (const part of parts) {
    say(`${part.name} …`);
    for await (const row of part.measure(request, say)) rows.push(row);
  }
  console.log(json ? JSON.stringify(rows) : table(rows));
  say(`Load average at the end: ${load()}.`);
}

/** @throws UsageError naming what there is. */
function partsOf(suite: string, only?: string[]): Part[] {
  const parts = SUITES[suite];
  if (parts === undefined) {
    throw new UsageError(`There is no suite "${suite}": choose ${Object.keys(SUITES).join(', ')}.`);
  }
  const names = parts.map(({ name }) => name);
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`The suite has no part "${unknown}": choose from ${names.join(', ')}.`);
  }
  return parts.filter(({ name }) => only?.includes(name) ?? true);
}

function header(backend: BackendInfo): string {
  const { time, tfjs, cpu, cores, node, commit, modified } = describeEnvironment(backend);
  const { name, native, threads, reason } = backend;
  const tensorflow = native.version === null ? '' : `, TensorFlow ${native.version}`;
  return [
    `${time}, commit ${commit?.slice(0, 10) ?? 'unknown'}${modified ? ' with changes' : ''}`,
    `Node ${node}, tf.js ${tfjs['tfjs-core']}, backend ${name}${tensorflow}, threads in one operation: ${threads}`,
    `${cpu}, ${cores} cores, load average ${load()}`,
    ...(name === 'tensorflow' ? [] : [`The limits are meant for native TensorFlow. ${reason}`]),
  ].join('\n');
}

const load = () =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');

const text = (error: unknown) => (error as Error).message;

function count(name: string, description: string, standard: number): Option {
  return new Option(`--${name} <n>`, description).default(standard).argParser((given) => {
    const value = Number(given);
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new UsageError(`--${name} takes a whole number above 0, not "${given}".`);
    }
    return value;
  });
}

void main();
