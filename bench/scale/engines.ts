/** Local and Ray on the same cores: the same trials in blocks, by turns. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE } from '../../src/runtime/folders.js';
import type { Engine } from '../../src/sweeps/engine.js';
import { planTrials, type SweepRequest } from '../../src/sweeps/plan.js';
import type { RayEngine, RayOptions } from '../../src/sweeps/ray/engine.js';
import type { Request } from '../suite.js';
import { treeTime } from './cpu.js';
import { type MeasuredRow, measured } from './row.js';

/** Trials that are measured. */
interface Work {
  name: string;
  request: SweepRequest;
  /** Blocks of each engine. */
  blocks: number;
  /** Trials of a block, a core. */
  each: number;
}

const TINY: SweepRequest = {
  ...{ experiment: 'imdb', preset: 'smoke', epochs: 1, optimizers: ['adam'], data: 'synthetic' },
  settings: { vocabulary: 500, maxlen: 10, embeddingSize: 8, units: 8, trainExamples: 100 },
};
const PTB: SweepRequest = { experiment: 'ptb', optimizers: ['lookahead-adam'] };

const WORKS: Work[] = [
  { name: 'tiny', request: TINY, blocks: 4, each: 3 },
  { name: 'ptb smoke', request: { ...PTB, preset: 'smoke' }, blocks: 2, each: 2 },
  { name: 'ptb quick', request: { ...PTB, preset: 'quick' }, blocks: 1, each: 1 },
];

/** The compiled program, which is what users run. */
export const compiled = <Module>(...path: string[]): Module =>
  require(join(PACKAGE, 'dist', ...path));
export const COMMAND = [process.execPath, join(PACKAGE, 'dist', 'cli', 'main.js')];

/** Starts a cluster of its own. */
export function startRay(options: Partial<RayOptions>, log: string): Promise<RayEngine> {
  const { RayEngine } =
    compiled<typeof import('../../src/sweeps/ray/engine.js')>('sweeps/ray/engine.js');
  return RayEngine.start({ address: 'local', command: COMMAND, cpus: 1, log, ...options });
}

/**
 * Trials a minute of both engines, and the processor time of a trial: where other programs run beside,
 * the times of waiting tell of them, and of whom the system prefers, more than of the engines.
 */
export async function* measureEngines(
  request: Request,
  say: (line: string) => void,
): AsyncGenerator<MeasuredRow> {
  if (!existsSync(COMMAND[1])) throw new Error('There is no dist/: run "npm run build".');
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-scale-'));
  const workers = availableParallelism();
  // The local engine starts processes as this one was; compiled code needs no loader.
  const { execArgv } = process;
  process.execArgv = [];
  const { LocalEngine } = compiled<typeof import('../../src/sweeps/local.js')>('sweeps/local.js');
  const local = new LocalEngine({ workers, scratch: join(folder, 'scratch') });
  const before = performance.now();
  const ray = await startRay({ cpus: workers, say }, join(folder, 'ray.log'));
  yield measured('ray: start of a cluster of its own', 's', [(performance.now() - before) / 1000]);
  try {
    // Ray's first tasks start its worker processes.
    for (const engine of [local, ray]) await block(engine, TINY, workers, 1000);
    for (const work of request.smoke ? [{ ...WORKS[0], blocks: 1, each: 1 }] : WORKS) {
      yield* compare(work, [local, ray], workers);
    }
  } finally {
    await ray.close();
    process.execArgv = execArgv;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* compare(
  { name, request, blocks, each }: Work,
  engines: Engine[],
  workers: number,
): AsyncGenerator<MeasuredRow> {
  const results = new Map(engines.map((engine) => [engine, [] as Block[]]));
  for (let index = 0; index < blocks; index++) {
    for (const engine of index % 2 === 0 ? engines : engines.toReversed()) {
      const trials = each * workers;
      results.get(engine)!.push(await block(engine, request, trials, index * trials + 1));
    }
  }
  for (const [{ name: engine }, all] of results) {
    const perMinute = all.map(({ trials, seconds }) => (60 * trials) / seconds);
    yield measured(`${name}: ${engine}`, 'trials/min', perMinute);
    const processor = all.map((one) => one.processor / one.trials);
    yield measured(`${name}: processor time of a trial, ${engine}`, 's', processor);
  }
}

interface Block {
  /** From the first trial that is sent to the last result. */
  seconds: number;
  /** Processor time (s) of everything: engine, trials, Ray. */
  processor: number;
  trials: number;
}

async function block(
  engine: Engine,
  request: SweepRequest,
  trials: number,
  firstSeed: number,
): Promise<Block> {
  const seeds = Array.from({ length: trials }, (_, i) => firstSeed + i);
  const { signal } = new AbortController();
  const [start, before] = [performance.now(), treeTime()];
  for await (const event of engine.run(planTrials({ ...request, seeds }), { signal })) {
    if (event.type === 'failed') throw new Error(event.message);
  }
  const seconds = (performance.now() - start) / 1000;
  return { seconds, processor: treeTime() - before, trials };
}
