/** Small cells in a kernel that is warm, without and with tf.js. */
import type { Request } from '../suite.js';
import { alternate } from '../timing.js';
import type { KernelClient } from './client.js';
import { type Outcomes, reason, withClients } from './each.js';
import type { KernelName, Kernels } from './kernels.js';
import { type KernelRow, kernelRow, type Outcome } from './row.js';

const TFJS = `import * as tf from '@tensorflow/tfjs';
tf.version_core`;

export async function* measureCells(
  kernels: Kernels,
  { smoke }: Request,
): AsyncIterable<KernelRow> {
  const rows = await withClients(kernels, async (clients) => {
    for (const [, client] of clients) await client.start();
    const most = (ms: number) => (smoke ? null : ms);
    const plain = await trivial(clients, smoke);
    const rows = [kernelRow('trivial cell', 'ms', plain, most(15))];
    const outcomes: Outcomes = {};
    const able: typeof clients = [];
    for (const [name, client] of clients) {
      try {
        await client.cells([TFJS]);
        able.push([name, client]);
      } catch (error) {
        outcomes[name] = { samples: [], remark: reason(error), failed: true };
      }
    }
    Object.assign(outcomes, await trivial(able, smoke));
    rows.push(kernelRow('trivial cell, tf.js imported', 'ms', outcomes, most(40)));
    return rows;
  });
  yield* rows;
}

async function trivial(clients: [KernelName, KernelClient][], smoke: boolean): Promise<Outcomes> {
  let cell = 0;
  const samples: Outcomes = {};
  const sides = clients.map(([name, client]) => {
    const outcome: Outcome = { samples: [] };
    samples[name] = outcome;
    return {
      async steps(n: number) {
        // A kernel that has lost a cell is left alone: it has the samples that it has.
        if (outcome.failed) return new Array<number>(n).fill(0);
        try {
          // No two alike: a kernel may keep what it has compiled.
          const times = await client.cells(Array.from({ length: n }, () => `${++cell} + 1`));
          outcome.samples.push(...times);
          return times;
        } catch (error) {
          Object.assign(outcome, { remark: reason(error), failed: true });
          return new Array<number>(n).fill(0);
        }
      },
    };
  });
  const warmUp = smoke ? 1 : 30;
  await alternate(sides, { warmUp, blocks: smoke ? 1 : 12, blockMs: smoke ? 1 : 400 });
  for (const outcome of Object.values(samples)) outcome.samples.splice(0, warmUp);
  return samples;
}
