/** The suite `optimizers`: what the wrappers cost. */
import { startBackend } from '../../src/runtime/backend.js';
import { UsageError } from '../../src/runtime/errors.js';
import type { Part, Row, Suite } from '../suite.js';
import { denseTable, pytorch, vocabularies } from './embedding-step.js';
import { lookahead } from './lookahead-step.js';
import { memory } from './memory.js';
import { table } from './table.js';

const PARTS: Part[] = [denseTable, vocabularies, pytorch, lookahead, memory];

export const OPTIMIZERS: Suite<Row> = {
  names: PARTS.map(({ name }) => name),
  defaultThreads: [1],
  async *measure(request, say) {
    const [threads, ...more] = request.threads;
    if (more.length > 0) {
      throw new UsageError('The suite optimizers takes one number of --threads, not several.');
    }
    await startBackend({ threads });
    for (const part of PARTS.filter(({ name }) => request.only?.includes(name) ?? true)) {
      say(`${part.name} …`);
      yield* part.measure(request, say);
    }
  },
  table,
};
