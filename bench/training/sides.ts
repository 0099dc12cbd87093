/** The sides of a workload, each a process of its own: only the one that is asked computes. */
import { join } from 'node:path';
import { type Answering, startProcess } from '../process.js';
import type { Side } from '../timing.js';
import type { SideName } from './row.js';
import type { Question, TfjsRequest } from './tfjs-side.js';
import type { Workload } from './workloads.js';

const NAMES = { ours: 'ours', stock: 'tf.layers', keras: 'Keras', torch: 'PyTorch' };

/** A side that runs. */
export interface Running {
  name: SideName;
  ask<Answer>(question: Question): Promise<Answer>;
  end(): Promise<void>;
}

/** What a side is started on. */
export interface Start {
  workload: Workload;
  /** What Keras and PyTorch train where it is not the same. */
  beside?: Workload;
  threads: number;
  /** With batches and initial weights. */
  folder: string;
  /** One that has the packages; null without. */
  python: string | null;
}

/** The sides that a workload has: PyTorch only where a limit against it is asked. */
export function sidesOf({ atMost }: Workload, python: string | null): SideName[] {
  const others: SideName[] = atMost.torch === undefined ? ['keras'] : ['keras', 'torch'];
  return ['ours', 'stock', ...(python === null ? [] : others)];
}

/** Starts the sides one after another. @throws Error when one ends; the others are ended then. */
export async function startSides(names: SideName[], start: Start): Promise<Running[]> {
  const running: Running[] = [];
  try {
    for (const name of names) running.push(await startSide(name, start));
    return running;
  } catch (error) {
    await endSides(running);
    throw error;
  }
}

export async function endSides(running: Running[]): Promise<void> {
  for (const side of running) await side.end();
}

async function startSide(name: SideName, start: Start): Promise<Running> {
  const { workload, beside = workload, threads, folder } = start;
  const { ask, end } =
    name === 'ours' || name === 'stock'
      ? await startTfjs({ kind: name, folder, workload, threads, role: 'train' })
      : await startProcess(
          NAMES[name],
          start.python!,
          [
            join(__dirname, `${name}_side.py`),
            JSON.stringify({ folder, workload: beside, threads }),
          ],
          settingsFor(threads),
        );
  return { name, ask, end };
}

/** A process of tf.js. */
export function startTfjs(request: TfjsRequest): Promise<Answering> {
  const script = join(__dirname, 'tfjs-side.ts');
  return startProcess(
    NAMES[request.kind],
    process.execPath,
    ['--import', 'tsx', script, JSON.stringify(request)],
    settingsFor(request.threads),
  );
}

/** For TensorFlow and for OpenMP, which PyTorch uses: the same for all. */
const settingsFor = (threads: number) => ({
  TF_NUM_INTRAOP_THREADS: String(threads),
  OMP_NUM_THREADS: String(threads),
  TF_ENABLE_ONEDNN_OPTS: process.env.TF_ENABLE_ONEDNN_OPTS ?? '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
});

/**
 * As something that takes steps. The first of every block is not counted: it finds the caches filled
 * by another process.
 */
export const asSide = ({ ask }: Pick<Running, 'ask'>, lookahead = false): Side => ({
  steps: async (n) => (await ask<{ ms: number[] }>({ steps: n + 1, lookahead })).ms.slice(1),
});
