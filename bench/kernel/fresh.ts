/** Kernels that have just been started: until they are ready, the first cell, the first import. */
import type { Request } from '../suite.js';
import { eachFresh, type Outcomes, reason, withClients } from './each.js';
import type { Kernels } from './kernels.js';
import { type KernelRow, kernelRow } from './row.js';

/** What a notebook of this project begins with. */
const IMPORT = `import * as tf from '@tensorflow/tfjs-node';
import { Lookahead } from 'lazyahead';`;

const ROUNDS = 7;

export async function* measureFresh(
  kernels: Kernels,
  { smoke }: Request,
): AsyncIterable<KernelRow> {
  const [answering, ready, imported]: Outcomes[] = [{}, {}, {}];
  for (const name of kernels.names) {
    for (const outcomes of [answering, ready, imported]) outcomes[name] = { samples: [] };
  }
  await withClients(kernels, async (clients) => {
    for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
      await eachFresh(clients, round, async (name, client) => {
        const started = await client.start();
        answering[name]!.samples.push(started);
        // Some answer while their compiler is still being read: what counts is the first cell's result.
        const [first] = await client.cells(['1 + 1']);
        ready[name]!.samples.push(started + first);
        try {
          imported[name]!.samples.push(...(await client.cells([IMPORT])));
        } catch (error) {
          imported[name] = { samples: [], remark: reason(error), failed: true };
        }
      });
    }
  });
  const most = (ms: number) => (smoke ? null : ms);
  yield kernelRow('started and answering', 'ms', answering, null);
  yield kernelRow('started and done with a first cell, 1 + 1', 'ms', ready, most(2000));
  yield kernelRow('import of lazyahead and tfjs-node', 'ms', imported, most(2000));
}
