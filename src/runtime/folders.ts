import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';

// `scripts/setup/folders.mjs` has the same rules for set-up, which runs before this is compiled.

/** The package: the clone, or where npm has put it. This is `src/runtime/` or `dist/runtime/` in it. */
export const PACKAGE = resolve(__dirname, '..', '..');

/**
 * The folder that was set up, with `node_modules`, `.venv` and the notebooks: the clone itself or,
 * where lazyahead is installed as a dependency, the project around the outermost `node_modules`.
 */
export const PROJECT = PACKAGE.split(`${sep}node_modules${sep}`)[0];

/** What sets that folder up, for people to type. @param options - for it, such as `--native=auto`. */
export function setupCommand(...options: string[]): string {
  const inClone = PROJECT === PACKAGE;
  const command = inClone ? 'npm run setup' : 'npx lazyahead init';
  if (options.length === 0) return command;
  return [command, ...(inClone ? ['--'] : []), ...options].join(' ');
}

/**
 * A path inside the folder where downloads and built files are kept for all clones of one user:
 * `LAZYAHEAD_CACHE` if set, else `lazyahead` in the platform's user cache folder.
 * Nothing is created.
 *
 * @example cacheFolder('imdb', 'imdb.npz')
 */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.LAZYAHEAD_CACHE || join(userCacheFolder(), 'lazyahead'), ...parts);
}

function userCacheFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') {
    return process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
  }
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
}
