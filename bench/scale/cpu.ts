/** What processes have taken of a processor, as Linux tells it. */
import { readFileSync } from 'node:fs';
import { descendantsOf } from '../../test/support/processes.js';

/** Linux counts in hundredths of a second. */
const TICKS = 100;

/** Processor time (s) of the processes below this one whose command has one of these texts, by text. */
export function processorTimes<Name extends string>(names: Name[]): Record<Name, number> {
  const all = descendantsOf(process.pid);
  return Object.fromEntries(
    names.map((name) => {
      const own = all.filter(({ command }) => command.includes(name));
      return [name, own.reduce((sum, { pid }) => sum + timeOf(pid), 0)];
    }),
  ) as Record<Name, number>;
}

/** Processor time (s) that this process and all that it has started have taken, ended ones included. */
export const treeTime = (): number =>
  [{ pid: process.pid }, ...descendantsOf(process.pid)].reduce(
    (sum, { pid }) => sum + timeOf(pid, { children: true }),
    0,
  );

/** @param options - `children`: with those that have ended, and whose parent it was. */
function timeOf(pid: number, { children = false } = {}): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // After the name in parentheses: field 3, the state. User and system time are 14 and 15, those of
  // children 16 and 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(11, children ? 15 : 13).map(Number);
  return times.reduce((sum, ticks) => sum + ticks, 0) / TICKS;
}
