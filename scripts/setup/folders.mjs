import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package: the clone, or where npm has put it. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The folder that is set up, with `node_modules`, `.venv` and the notebooks: the clone itself or,
 * where lazyahead is installed as a dependency, the project around the outermost `node_modules`.
 */
export const PROJECT = ROOT.split(`${sep}node_modules${sep}`)[0];

export const IN_CLONE = PROJECT === ROOT;

/** What sets it up, for people to type. */
export function setupCommand(...options) {
  const command = IN_CLONE ? 'npm run setup' : 'npx lazyahead init';
  if (options.length === 0) return command;
  return [command, ...(IN_CLONE ? ['--'] : []), ...options].join(' ');
}

/** The rules of src/runtime/folders.ts, which set-up cannot import: it runs before the compiler. */
export function cacheFolder(...parts) {
  return join(process.env.LAZYAHEAD_CACHE || join(userCacheFolder(), 'lazyahead'), ...parts);
}

function userCacheFolder() {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') {
    return process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  }
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}
