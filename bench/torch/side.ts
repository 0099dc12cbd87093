/** PyTorch as a side: a process that takes steps when it is told to. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  BATCH,
  type EmbeddingSide,
  type EmbeddingWorkload,
  GRADIENT,
  INITIAL_WEIGHT,
  LEARNING_RATE,
} from '../optimizers/embedding.js';

const SCRIPT = join(__dirname, 'embedding.py');

/**
 * Starts `embedding.py` on the same tokens.
 *
 * @param python - one that can import torch.
 * @throws Error with the process's last words when it ends too early.
 */
export async function startTorch(
  python: string,
  { vocabulary, width, ids }: EmbeddingWorkload,
  threads: number,
): Promise<EmbeddingSide> {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-bench-'));
  const file = join(folder, 'ids.int32');
  writeFileSync(file, ids);
  const request = {
    ids: file,
    batch: BATCH,
    vocabulary,
    width,
    threads,
    lr: LEARNING_RATE,
    weight: INITIAL_WEIGHT,
    gradient: GRADIENT,
  };
  const child = spawn(python, [SCRIPT, JSON.stringify(request)], {
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  // Writing to a process that has died: why it died is said where its answer is missed.
  child.stdin.on('error', () => {});
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const words = complaints.trim().split('\n').at(-1);
      reject(new Error(`PyTorch's process ended with ${signal ?? `code ${code}`}: ${words}`));
    });
  });
  ended.catch(() => {}); // ends so when it is disposed, too
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await Promise.race([lines.next(), ended]);
    return done ? ended : (value as string);
  };
  const side: EmbeddingSide = {
    async steps(n) {
      child.stdin.write(`run ${n}\n`);
      return JSON.parse(await answer());
    },
    dispose() {
      child.stdin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await answer(); // "ready"
    return side;
  } catch (error) {
    side.dispose();
    throw error;
  }
}
