/** How many trials one machine should run at a time. */
import { availableParallelism } from 'node:os';

/** What a trial takes of the machine's memory (bytes): data, model, TensorFlow and Node. */
export const MEMORY_A_TRIAL = 1.2e9;

/** What a machine has. */
export interface Machine {
  cores: number;
  /** Memory that processes may still take (bytes). */
  memory: number;
}

export interface Workers {
  workers: number;
  /** A sentence where it is fewer than were asked for, or hardly one. */
  warning?: string;
}

/**
 * As many workers as were asked for, or by default as many as there are cores; never more than cores
 * and memory allow, which would only make all of them slower.
 */
export function sensibleWorkers(
  asked: number | undefined,
  threads: number,
  { cores, memory }: Machine = {
    cores: availableParallelism(),
    memory: process.availableMemory(),
  },
): Workers {
  const byCores = Math.max(1, Math.floor(cores / threads));
  const byMemory = Math.max(1, Math.floor(memory / MEMORY_A_TRIAL));
  const most = Math.min(byCores, byMemory);
  const workers = Math.min(asked ?? byCores, most);
  if (workers === (asked ?? byCores)) return { workers };
  const limit =
    byCores <= byMemory
      ? `${cores} cores and ${threads} ${threads === 1 ? 'thread' : 'threads'} a trial`
      : `${(memory / 1e9).toFixed(1)} GB of free memory and about ${MEMORY_A_TRIAL / 1e9} GB a trial`;
  const what = asked === undefined ? `${byCores} cores` : `${asked} workers were asked for`;
  return { workers, warning: `${what}, but ${limit} allow for ${workers}.` };
}
