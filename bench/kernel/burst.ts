/** A loop that prints more than a socket's queue holds. */
import type { Request } from '../suite.js';
import { eachFresh, type Outcomes, withClients } from './each.js';
import type { Kernels } from './kernels.js';
import { type KernelRow, kernelRow } from './row.js';

/** After which a cell that does not end is given up (s). */
const PATIENCE = 20;

const ROUNDS = 5;

export async function* measureBurst(
  kernels: Kernels,
  { smoke }: Request,
): AsyncIterable<KernelRow> {
  const lines = smoke ? 10 : 100_000;
  const outcomes: Outcomes = {};
  for (const name of kernels.names) outcomes[name] = { samples: [] };
  await withClients(kernels, async (clients) => {
    for (let round = 0; round < (smoke ? 1 : ROUNDS); round++) {
      await eachFresh(clients, round, async (name, client) => {
        await client.start();
        await client.cells(['1 + 1']);
        const code = `for (let i = 0; i < ${lines}; i++) console.log('line ' + i);`;
        const { ms, arrived, complete } = await client.burst(code, lines, PATIENCE);
        const outcome = outcomes[name]!;
        if (ms !== null) outcome.samples.push(ms);
        if (complete && ms !== null) return;
        outcome.failed = true;
        const end = ms === null ? `, not done after ${PATIENCE} s` : '';
        outcome.remark = `${n(arrived)} of ${n(lines)} lines${end}`;
      });
    }
  });
  const name = `${n(lines)} lines in a loop`;
  yield kernelRow(name, 'ms', outcomes, smoke ? null : 3000);
}

const n = (value: number) => value.toLocaleString('en-US');
