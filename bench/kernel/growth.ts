/** What a long session holds. */
import type { Request } from '../suite.js';
import { eachFresh, type Outcomes, reason, withClients } from './each.js';
import type { Kernels } from './kernels.js';
import { type KernelRow, kernelRow } from './row.js';

/** Names that the cells define again and again, as a reader does who runs cells again. */
const NAMES = 20;

export async function* measureGrowth(
  kernels: Kernels,
  { smoke }: Request,
): AsyncIterable<KernelRow> {
  const cells = smoke ? 5 : 1000;
  const code = (i: number) => `const value${i % NAMES} = ${i};\nvalue${i % NAMES} + 1`;
  const outcomes: Outcomes = {};
  await withClients(kernels, (clients) =>
    eachFresh(clients, 0, async (name, client) => {
      await client.start();
      try {
        await client.cells(Array.from({ length: NAMES }, (_, i) => code(i)));
        const before = await client.memory();
        await client.cells(Array.from({ length: cells }, (_, i) => code(i)));
        outcomes[name] = { samples: [((await client.memory()) - before) / 1e6] };
      } catch (error) {
        outcomes[name] = { samples: [], remark: reason(error), failed: true };
      }
    }),
  );
  const name = `growth over ${cells.toLocaleString('en-US')} small cells`;
  yield kernelRow(name, 'MB', outcomes, smoke ? null : 150);
}
