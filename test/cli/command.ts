/** Starts the `lazyahead` command as a user does, from its source. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');

/** Node's arguments that run the command. */
export const COMMAND = ['--import', 'tsx', join(ROOT, 'src/cli/main.ts')];

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/**
 * Runs the command to its end.
 *
 * @param watch - called with all of standard error, whenever there is more of it.
 * @param preload - a CommonJS file to run first in the command's process.
 */
export function start(
  args: string[],
  watch?: (child: ChildProcess, err: string) => void,
  { env, preload }: { env?: NodeJS.ProcessEnv; preload?: string } = {},
): Promise<Ended> {
  const first = preload === undefined ? [] : ['--require', preload];
  const child = spawn(process.execPath, [...first, ...COMMAND, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
    watch?.(child, err);
  });
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}
