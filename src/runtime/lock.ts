/** Keeping other processes out of a folder. */
import { execFileSync } from 'node:child_process';
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './errors.js';

/** A file of these has the lock's holder in it. */
const LOCK = /^lock-(\d+)$/;

interface Holder {
  pid: number;
  host: string;
  /** When the process started, as its system says it: another process may get its number later. */
  started: string;
}

/** Whether a file in a folder is of its lock. */
export const isLock = (name: string) => name.startsWith('lock-');

/**
 * Keeps other processes out of a folder until the function returned is called, or this process ends:
 * the lock of a process that is no more is taken over.
 *
 * A lock is a file `lock-N`, which comes to be at once with its content, as a second name of a
 * finished file. Whoever finds the last holder dead makes `lock-(N + 1)`, which only one can, and
 * then removes what is dead; so no lock is ever taken away that has become another's meanwhile.
 *
 * @throws UsageError when another process, or this one, is using the folder.
 */
export function lockFolder(folder: string): () => void {
  const own: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  const draft = join(folder, `lock-draft-${process.pid}-${performance.now()}`);
  writeFileSync(draft, JSON.stringify(own));
  try {
    for (;;) {
      const before = locksIn(folder);
      refuseLiving(folder, before);
      const number = 1 + Math.max(0, ...before);
      const file = join(folder, `lock-${number}`);
      try {
        linkSync(draft, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      const release = () => rmSync(file, { force: true });
      try {
        // One may have come and made a lower number after all, where holders go as fast as that.
        refuseLiving(
          folder,
          locksIn(folder).filter((other) => other !== number),
        );
      } catch (error) {
        release();
        throw error;
      }
      for (const dead of before) {
        rmSync(join(folder, `lock-${dead}`), { force: true });
      }
      return release;
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

const locksIn = (folder: string) =>
  readdirSync(folder)
    .map((name) => Number(LOCK.exec(name)?.[1] ?? Number.NaN))
    .filter(Number.isInteger);

function refuseLiving(folder: string, locks: number[]): void {
  for (const number of locks) {
    const file = join(folder, `lock-${number}`);
    const holder = holderOf(file);
    if (holder !== null && mayLive(holder)) {
      throw new UsageError(
        `${folder} is being used by process ${holder.pid} on ${holder.host}: wait until it has ended, or remove ${file} if it has.`,
      );
    }
  }
}

/** Null for a lock that is gone. */
function holderOf(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Of another machine's processes nothing can be told. */
function mayLive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) {
    return true;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Without permission it is there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now === '' || started === '' || now === started;
}

/** When a process started; '' where that cannot be found out, or there is none. */
function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The name, in parentheses, may hold anything; the start is the 20th field after it.
      return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
    }
    if (process.platform === 'darwin') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
  } catch {
    // No such process, or no such file: the number alone has to do.
  }
  return '';
}

/** Whether a process is using a folder. */
export const isLocked = (folder: string): boolean =>
  locksIn(folder)
    .map((number) => holderOf(join(folder, `lock-${number}`)))
    .some((holder) => holder !== null && mayLive(holder));
