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
  const [ready, first, imported]: Outcomes[] = [{}, {}, {}];
  for (const name of kernels.names) {
    for (const outcomes of [ready, first, imported]) outcomes[name] = { samples: [] };
  }
  await withClients(kernels, async (clients) => {
    for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
      await eachFresh(clients, round, async (name, client) => {
        ready[name]!.samples.push(await client.start());
        first[name]!.samples.push(...(await client.cells(['1 + 1'])));
        try {
          imported[name]!.samples.push(...(await client.cells([IMPORT])));
        } catch (error) {
          imported[name] = { samples: [], remark: reason(error), failed: true };
        }
      });
    }
  });
  const most = (ms: number) => (smoke ? null : ms);
  yield kernelRow('ready for the first cell', 'ms', ready, most(2000));
  yield kernelRow('the first cell itself, 1 + 1', 'ms', first, null);
  yield kernelRow('import of lazyahead and tfjs-node', 'ms', imported, most(2000));
}
