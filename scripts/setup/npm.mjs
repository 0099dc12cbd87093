import { basename } from 'node:path';
import { run } from './run.mjs';

/** Runs npm in the project: the one that runs this, or else the one on the path. */
export function npm(...args) {
  const running = process.env.npm_execpath;
  if (running && basename(running).startsWith('npm')) {
    return run(process.execPath, [running, ...args]);
  }
  return run('npm', args, { shell: process.platform === 'win32' });
}
