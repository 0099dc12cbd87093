/** Trains a table lazily and prints how the process's resident memory goes, as JSON. */
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../src/runtime/backend.js';
import { embeddingSide, zipfBatches } from './embedding.js';

/** What is asked of the process. */
export interface MemoryRequest {
  vocabulary: number;
  width: number;
  steps: number;
  threads: number;
}

/** Resident memory in bytes. */
export interface MemoryReport {
  /** Before there is a table, everything else being warm. */
  before: number;
  /** By number of steps taken: every tenth of them. */
  after: Record<number, number>;
  /** Tensors more after the last step than after the first tenth. */
  newTensors: number;
}

/** Most rows of the table that warms everything up: few, but enough to sample as many distinct ones. */
const WARM_UP_VOCABULARY = 4000;

async function main({ vocabulary, width, steps, threads }: MemoryRequest): Promise<void> {
  await startBackend({ threads });
  const ids = zipfBatches(vocabulary);
  const few = Math.min(vocabulary, WARM_UP_VOCABULARY);
  const first = embeddingSide('lazy', { vocabulary: few, width, ids: ids.map((id) => id % few) });
  await first.steps(20);
  first.dispose();

  const before = resident();
  const side = embeddingSide('lazy', { vocabulary, width, ids });
  const after: Record<number, number> = {};
  const tensors: number[] = [];
  const early = Math.ceil(steps / 10);
  for (let taken = 0; taken < steps; ) {
    const n = Math.min(early, steps - taken);
    await side.steps(n);
    taken += n;
    after[taken] = resident();
    tensors.push(tf.memory().numTensors);
  }
  side.dispose();
  const newTensors = tensors.at(-1)! - tensors[0];
  console.log(JSON.stringify({ before, after, newTensors } satisfies MemoryReport));
}

/** Without the garbage of JavaScript, which comes and goes. */
function resident(): number {
  globalThis.gc!();
  return process.memoryUsage.rss();
}

void main(JSON.parse(process.argv[2]));
