import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './folders.mjs';

/** Goes on as the `lazyahead` command: in this same process, so that signals and exit code are its. */
export async function lazyahead(...args) {
  const main = join(ROOT, 'dist', 'cli', 'main.js');
  process.argv = [process.execPath, main, ...args];
  await import(pathToFileURL(main).href);
}
