import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The real data set's folder as the caller's environment names it, if it does. */
export const REAL_DATA = process.env.LAZYAHEAD_DATA;

/** Empty data and cache folders for one test, which the environment names until they are removed. */
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
  process.env.LAZYAHEAD_DATA = data;
  process.env.LAZYAHEAD_CACHE = cache;
  return {
    data,
    cache,
    put(path, content) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    remove() {
      for (const name of ['LAZYAHEAD_DATA', 'LAZYAHEAD_CACHE']) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
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

/** Replaces the net by a function until the returned function is called. */
export function replaceFetch(stub: typeof fetch): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = stub;
  return () => {
    globalThis.fetch = original;
  };
}
