import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../runtime/errors.js';

const LOCK = 'lock.json';

/**
 * Keeps other processes out of a folder until the function returned is called, or this process ends:
 * what a process left that is no more is taken over.
 *
 * @throws UsageError when another process is using the folder.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, LOCK);
  const own = JSON.stringify({ pid: process.pid, host: hostname() });
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const { pid, host } = holderOf(file);
    if (pid !== null && !(host === hostname() && !isAlive(pid))) {
      throw new UsageError(
        `${folder} is being used by process ${pid} on ${host}: wait until it has ended, or remove ${file} if it has.`,
      );
    }
    rmSync(file, { force: true });
  }
}

/** Whose lock it is; nobody's when it was never written to its end, or is gone. */
function holderOf(file: string): { pid: number | null; host: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { pid: null, host: '' };
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, but another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
