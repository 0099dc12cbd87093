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

function timeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // After the name in parentheses: field 3, the state. User and system time are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
