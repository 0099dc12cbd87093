/** Processes of this machine, as Linux tells of them. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** The addresses on which a process waits for connections, as Linux writes them: `0100007F` is 127.0.0.1. */
export function listeningAddresses(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  let fds: string[];
  try {
    fds = readdirSync(folder);
  } catch {
    return []; // It has just ended.
  }
  const open = new Set(
    fds.flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1]];
      } catch {
        return []; // It has just been closed.
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((protocol) =>
    readFileSync(`/proc/${pid}/net/${protocol}`, 'latin1')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(({ 3: state, 9: inode }) => state === LISTENING && open.has(inode))
      .map(({ 1: local }) => local.split(':')[0]),
  );
}

/** The kernel's number for it. */
const LISTENING = '0A';

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
