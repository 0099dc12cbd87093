/** PyTorch as a side: a process that takes steps when it is told to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '../process.js';
import {
  BATCH,
  type EmbeddingSide,
  type EmbeddingWorkload,
  GRADIENT,
  INITIAL_WEIGHT,
  LEARNING_RATE,
} from './embedding.js';

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
  const tidyUp = () => rmSync(folder, { recursive: true, force: true });
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
  try {
    const torch = await startProcess('PyTorch', python, [SCRIPT, JSON.stringify(request)], {
      OMP_NUM_THREADS: String(threads),
    });
    return {
      steps: async (n) => (await torch.ask<{ ms: number[] }>({ steps: n })).ms,
      dispose() {
        void torch.end();
        tidyUp();
      },
    };
  } catch (error) {
    tidyUp();
    throw error;
  }
}
