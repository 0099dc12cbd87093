/** What the wrappers hold, seen from outside: the process's resident memory. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { Lookahead } from '../../src/index.js';
import { judged, type Limit, type MemoryRow, type Part, type Request, round } from '../suite.js';
import { trainingSide } from './lookahead-step.js';
import type { MemoryReport, MemoryRequest } from './memory-process.js';

const ROOT = dirname(dirname(__dirname));
const PROCESS = join(__dirname, 'memory-process.ts');

/** Steps after which a table's slots and everything else must be there. */
const SETTLED = 50;

/** Growth by tables, slots and last-touched steps only, and none with the steps. */
export const memory: Part = {
  name: 'memory',
  async *measure(request, say) {
    yield await growth(request);
    yield await flatness(request, say);
    yield await slowWeights(request);
  },
};

async function growth(request: Request): Promise<MemoryRow> {
  const [vocabulary, width] = request.smoke ? [500, 4] : [500_000, 128];
  const report = await inProcess({
    vocabulary,
    width,
    steps: SETTLED,
    threads: request.threads[0],
  });
  // float32: the table and Adam's two slots; int32: the step at which each row was last touched.
  const held = 3 * vocabulary * width * 4 + vocabulary * 4;
  // 5 %: the allocator's slack and a step's own tensors. A table more would be 33 %.
  return memoryRow(
    'memory of LazyOptimizer(adam), growth of the process',
    vocabulary,
    report.after[SETTLED] - report.before,
    'table + slots + last-touched steps',
    held,
    { timesAsMuch: 1.05 },
    !request.smoke,
  );
}

async function flatness(request: Request, say: (line: string) => void): Promise<MemoryRow> {
  const [vocabulary, width] = request.smoke ? [20, 4] : [20_000, 128];
  const steps = request.smoke ? 40 : request.memorySteps;
  const early = Math.ceil(steps / 10);
  const work = { vocabulary, width, steps, threads: request.threads[0] };
  const report = await inProcess(work);
  if (report.newTensors !== 0) say(`${report.newTensors} tensors were left by ${steps} steps.`);
  const row = memoryRow(
    `memory of LazyOptimizer(adam), process after ${steps.toLocaleString('en')} steps`,
    vocabulary,
    report.after[steps],
    `itself after ${early.toLocaleString('en')} steps`,
    report.after[early],
    { timesAsMuch: 1.05 },
    !request.smoke,
  );
  return report.newTensors === 0 ? row : { ...row, met: false };
}

/** What Lookahead holds beside its inner optimizer, by tf.js's own count of bytes. */
async function slowWeights({ smoke }: Request): Promise<MemoryRow> {
  const model = { units: smoke ? [5] : [1200, 1200, 256], batch: 2 };
  const bytes = [];
  let held = 0;
  for (const wrap of [true, false]) {
    const before = tf.memory().numBytes;
    const adam = tf.train.adam(1e-3);
    const side = trainingSide(model, wrap ? new Lookahead(adam) : adam);
    await side.steps(6);
    bytes.push(tf.memory().numBytes - before);
    held = side.weights.reduce((sum, { size }) => sum + 4 * size, 0);
    side.dispose();
  }
  const name = 'memory of Lookahead(adam), beside adam alone';
  const limit = { timesAsMuch: 1 };
  return memoryRow(name, null, bytes[0] - bytes[1], 'one copy of the weights', held, limit, !smoke);
}

function memoryRow(
  name: string,
  vocabulary: number | null,
  ours: number,
  other: string,
  otherBytes: number,
  limit: Limit,
  judge: boolean,
): MemoryRow {
  return {
    name,
    vocabulary,
    ours_mb: round(ours / 1e6),
    other,
    other_mb: round(otherBytes / 1e6),
    ...judged(ours, otherBytes, limit, judge),
  };
}

/** A process of its own has nothing in it that other measurements have left. */
async function inProcess(request: MemoryRequest): Promise<MemoryReport> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', PROCESS, JSON.stringify(request)],
    { cwd: ROOT },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}
