/** The same done with every kernel. */
import type { KernelClient } from './client.js';
import type { KernelName, Kernels } from './kernels.js';
import type { Outcome } from './row.js';

export type Outcomes = Partial<Record<KernelName, Outcome>>;

/** Clients of all kernels, none started yet; closed when `use` has ended. */
export async function withClients<T>(
  kernels: Kernels,
  use: (clients: [KernelName, KernelClient][]) => Promise<T>,
): Promise<T> {
  const clients: [KernelName, KernelClient][] = [];
  try {
    for (const name of kernels.names) clients.push([name, await kernels.client(name)]);
    return await use(clients);
  } finally {
    await Promise.all(clients.map(([, client]) => client.close()));
  }
}

/** One round of fresh kernels, one at a time, every other round in the opposite order. */
export async function eachFresh(
  clients: [KernelName, KernelClient][],
  round: number,
  use: (name: KernelName, client: KernelClient) => Promise<void>,
): Promise<void> {
  for (const [name, client] of round % 2 === 0 ? clients : clients.toReversed()) {
    try {
      await use(name, client);
    } finally {
      await client.stop();
    }
  }
}

/** Why a kernel has no figure, in one line. */
export const reason = (error: unknown) => (error as Error).message.split('\n')[0].slice(0, 200);
