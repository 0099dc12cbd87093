/** The suite `kernel`: what a reader of a notebook waits for, ours and other TypeScript kernels in turn. */
import { chosen, type Request, type Suite } from '../suite.js';
import { measureBurst } from './burst.js';
import { measureCells } from './cells.js';
import { measureFresh } from './fresh.js';
import { measureGrowth } from './growth.js';
import { type Kernels, prepareKernels } from './kernels.js';
import type { KernelRow } from './row.js';
import { kernelTable } from './table.js';

type Part = (kernels: Kernels, request: Request) => AsyncIterable<KernelRow>;

const PARTS: Record<string, Part> = {
  start: measureFresh,
  cell: measureCells,
  burst: measureBurst,
  growth: measureGrowth,
};

export const KERNEL: Suite<KernelRow> = {
  names: Object.keys(PARTS),
  defaultThreads: [1],
  async *measure(request, say) {
    const kernels = await prepareKernels(request, say);
    try {
      say(`Kernels: ${kernels.names.join(', ')}`);
      for (const part of chosen(PARTS, request, say)) yield* part(kernels, request);
    } finally {
      kernels.remove();
    }
  },
  table: kernelTable,
};
