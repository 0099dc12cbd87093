/** What the driver does for a trial: the side of Node, and Ray's. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, Trial, TrialEvent } from '../../src/sweeps/engine.js';
import { LocalEngine } from '../../src/sweeps/local.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { runSweep } from '../../src/sweeps/sweep.js';
import { SweepDirectory } from '../../src/sweeps/sweep-directory.js';
import type { Request } from '../suite.js';
import { processorTimes } from './cpu.js';
import { startRay } from './engines.js';
import { type MeasuredRow, measured } from './row.js';

/** Trials whose results a real sweep brings: PTB's, by their number. */
const trialsOf = (n: number): Trial[] =>
  planTrials({
    ...{ experiment: 'ptb', preset: 'smoke', optimizers: ['adam'] },
    seeds: Array.from({ length: n }, (_, i) => i + 1),
  });

export async function* measureDriver(
  request: Request,
  say: (line: string) => void,
): AsyncGenerator<MeasuredRow> {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-scale-'));
  try {
    const files = await realFiles(folder);
    for (const n of request.smoke ? [20] : [1000, 10_000]) {
      const times = await nodeSide(n, files, folder);
      yield measured(`driver, Node: a result of ${n.toLocaleString('en')}`, 'ms', times);
    }
    yield* raySide(request.smoke ? 8 : 400, files, folder, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files of a trial that has really been run. */
async function realFiles(folder: string): Promise<Record<string, string>> {
  const engine = new LocalEngine({ workers: 1, scratch: join(folder, 'scratch') });
  for await (const event of engine.run(trialsOf(1), { signal: new AbortController().signal })) {
    if (event.type === 'ended') return event.files;
    if (event.type === 'failed') throw new Error(event.message);
  }
  throw new Error('The trial did not end.');
}

/** Processor time (ms) a result, of a sweep whose trials take none; a value for each tenth of it. */
async function nodeSide(
  n: number,
  files: Record<string, string>,
  folder: string,
): Promise<number[]> {
  const times: number[] = [];
  const instant: Engine = {
    ...{ name: 'instant', workers: 1000 },
    async *run(trials): AsyncGenerator<TrialEvent> {
      for await (const { id } of trials) {
        yield { id, type: 'started' };
        yield { id, type: 'ended', files };
      }
    },
  };
  const directory = SweepDirectory.open(join(folder, `sweep-${n}`), 'ptb', trialsOf(n));
  const { signal } = new AbortController();
  let [count, last] = [0, process.cpuUsage()];
  await runSweep(directory, {
    ...{ engine: instant, signal },
    onEvent({ type }, _, progress) {
      if (type !== 'ended') return;
      progress.secondsLeft();
      if (++count % (n / 10) !== 0) return;
      const { user, system } = process.cpuUsage(last);
      times.push((user + system) / 1000 / (n / 10));
      last = process.cpuUsage();
    },
  });
  directory.close();
  return times;
}

/** The processes that every trial of a Ray cluster keeps busy, by what their commands contain. */
const SINGLE = { 'driver.py': 'driver.py', 'ray::Relay': 'relay', gcs_server: 'GCS' } as const;
type Part = keyof typeof SINGLE;
const PARTS = Object.keys(SINGLE) as Part[];

/** A figure of each of them, and of Node. */
type Figures = Record<Part | 'node', number>;

/** How long a cluster without work is watched (ms). */
const IDLE = 20_000;

/** Processor time a result, and a report, of trials that hardly do anything. */
async function* raySide(
  trials: number,
  files: Record<string, string>,
  folder: string,
  say: (line: string) => void,
): AsyncGenerator<MeasuredRow> {
  const ended = join(folder, 'ended.jsonl');
  writeFileSync(ended, `${JSON.stringify({ type: 'ended', files })}\n`);
  const step = { type: 'step', step: 1, totalSteps: 9, epoch: 1, loss: 1, stepsPerSecond: 1 };
  const report = JSON.stringify({ type: 'training', event: { ...step, secondsLeft: 1 } });
  const silent = 'cat "$0"';
  // 20 steps, half a second apart: as often as a trial reports on up to 100 workers.
  const telling = `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo '${report}'; sleep 0.5; done; ${silent}`;
  const costs = async (script: string, count: number) => {
    const ray = await startRay(
      { cpus: 8, command: ['sh', '-c', script, ended], say },
      join(folder, 'ray.log'),
    );
    try {
      await readAll(ray, trialsOf(16)); // starts Ray's worker processes
      const idle = await spent(() => sleep(IDLE));
      const busy = await spent(() => readAll(ray, trialsOf(count)));
      // What goes on by itself meanwhile is no trial's doing.
      const each = (part: Part | 'node') =>
        (1000 * (busy.times[part] - idle.times[part] * (busy.seconds / idle.seconds))) / count;
      const parts = [...PARTS, 'node' as const];
      return Object.fromEntries(parts.map((part) => [part, each(part)])) as Figures;
    } finally {
      await ray.close();
    }
  };
  const result = await costs(silent, trials);
  const reporting = await costs(telling, Math.ceil(trials / 10));
  for (const part of PARTS) {
    yield measured(`driver, ${SINGLE[part]}: a result`, 'ms', [result[part]]);
    const report = Math.max(0, reporting[part] - result[part]) / 20;
    yield measured(`driver, ${SINGLE[part]}: a report`, 'ms', [report]);
  }
  yield measured('driver, Node: a result by Ray', 'ms', [result.node]);
  const report_ = Math.max(0, reporting.node - result.node) / 20;
  yield measured('driver, Node: a report', 'ms', [report_]);
}

/** Processor time (s) that the driver's parts take while something is done, and how long that lasts. */
async function spent(work: () => Promise<unknown>) {
  const [node, before, began] = [process.cpuUsage(), processorTimes(PARTS), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(node);
  const after = processorTimes(PARTS);
  const parts = PARTS.map((part): [Part, number] => [part, after[part] - before[part]]);
  const times = { ...Object.fromEntries(parts), node: (user + system) / 1e6 } as Figures;
  return { times, seconds: (performance.now() - began) / 1000 };
}

async function readAll(engine: Engine, trials: Trial[]): Promise<void> {
  for await (const event of engine.run(trials, { signal: new AbortController().signal })) {
    if (event.type === 'failed') throw new Error(event.message);
  }
}
