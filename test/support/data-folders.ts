import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The real data set's folder as the caller's environment names it, if it does. */
export const REAL_DATA = process.env.LAZYAHEAD_DATA;

/** What the environment says of data and of the net. */
const SETTINGS = {
  LAZYAHEAD_MIRROR: undefined,
  // Nothing listens there: no test reaches a host but this one.
  HTTPS_PROXY: 'http://127.0.0.1:9',
  https_proxy: undefined,
  HTTP_PROXY: undefined,
  http_proxy: undefined,
  NO_PROXY: '127.0.0.1',
  no_proxy: undefined,
};

/**
 * Empty data and cache folders for one test, which the environment names until they are removed;
 * until then hosts other than this one are out of reach.
 */
export interface DataFolders {
  data: string;
  cache: string;
  /** Writes a file, its folders included, and returns its path. */
  put(path: string, content: Uint8Array | string): string;
  remove(): void;
}

export function makeDataFolders(): DataFolders {
  const before = { ...process.env };
  const root = mkdtempSync(join(tmpdir(), 'lazyahead-data-'));
  const data = join(root, 'data');
  const cache = join(root, 'cache');
  mkdirSync(data);
  const settings = { ...SETTINGS, LAZYAHEAD_DATA: data, LAZYAHEAD_CACHE: cache };
  setEnvironment(settings);
  return {
    data,
    cache,
    put(path, content) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    remove() {
      const names = Object.keys(settings);
      setEnvironment(Object.fromEntries(names.map((name) => [name, before[name]])));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('The promise was expected to be rejected.');
}

/** Sets variables, or unsets those that are undefined. */
export function setEnvironment(settings: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
