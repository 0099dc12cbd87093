import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The rule of src/runtime/folders.ts, which set-up cannot import: it runs before the compiler. */
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
