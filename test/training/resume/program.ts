/**
 * A run in a process of its own, which may kill itself: `program.ts <request> <run directory>`.
 *
 * `KILL_AT=n` does it around the n-th call that changes a file of the run directory, of which half a
 * write may be carried out; `KILL_AFTER_STEP=n,ms` so long after the n-th step. A line on standard
 * output tells of every step, `calls N` at the end how many calls there were.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { run } from '../../../src/training/run.js';
import { EVERY } from './runs.js';

const [request, runDir] = process.argv.slice(2);
const killAt = Number(process.env.KILL_AT ?? Number.NaN);
const [killStep, delay] = (process.env.KILL_AFTER_STEP ?? '').split(',').map(Number);

const CHANGES = [
  ...['openSync', 'writeSync', 'fsyncSync', 'ftruncateSync', 'truncateSync', 'renameSync'],
  ...['linkSync', 'rmSync', 'unlinkSync', 'mkdirSync', 'writeFileSync'],
] as const;

let calls = 0;
let here = true;
const print = fs.writeSync.bind(null, 1);
const die = () => process.kill(process.pid, 'SIGKILL');

for (const name of CHANGES) {
  const original = fs[name] as (...args: unknown[]) => unknown;
  (fs as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
    if (!here) return original(...args);
    calls += 1;
    if (calls !== killAt) return original(...args);
    const [file, bytes, offset, length, position] = args;
    if (name === 'writeSync' && typeof length === 'number' && length > 1) {
      original(file, bytes, offset, length >> 1, position);
    } else if (calls % 2 === 0) {
      original(...args);
    }
    return die();
  };
}
syncBuiltinESMExports();

async function main(): Promise<void> {
  // What is written while all is read in, such as a compiler's cache, is not the run's.
  here = false;
  const { startBackend } = await import('../../../src/runtime/backend.js');
  await startBackend();
  here = true;
  let steps = 0;
  const { summary, metrics } = await run(JSON.parse(request), {
    runDir,
    resume: true,
    checkpointEvery: String(EVERY),
    onStatus: (status) => print(`status ${status}\n`),
    onEvent(event) {
      if (event.type !== 'step') return;
      print(`step ${event.step}\n`);
      steps += 1;
      if (steps === killStep) {
        if (delay === 0) die();
        setTimeout(die, delay);
      }
    },
  });
  print(`calls ${calls}\nresult ${JSON.stringify({ summary, metrics })}\n`);
  process.exit();
}

void main();
