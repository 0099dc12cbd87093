/** Processes of this machine, as Linux tells of them. */
import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  pid: number;
  parent: number;
  state: string;
  /** Its program and arguments, between blanks. */
  command: string;
}

/** Those whose command line holds a text; zombies are left out. */
export const processesWith = (text: string): Process[] =>
  processes().filter(({ command }) => command.includes(text));

/** Those that a process has started, directly or not; zombies are left out. */
export function descendantsOf(pid: number): Process[] {
  const all = processes();
  const below = (parent: number): Process[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}

function processes(): Process[] {
  const ids: number[] = readdirSync('/proc').map(Number).filter(Boolean);
  return ids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      return state === 'Z' ? [] : [{ pid, parent: Number(parent), state, command }];
    } catch {
      return []; // It has just ended.
    }
  });
}
