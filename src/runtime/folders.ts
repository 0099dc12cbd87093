import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A path inside the folder where downloads and built files are kept for all clones of one user:
 * `LAZYAHEAD_CACHE` if set, else `lazyahead` in the platform's user cache folder.
 * Nothing is created.
 *
 * `scripts/setup/folders.mjs` is the same rule for set-up, which runs before this is compiled.
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
