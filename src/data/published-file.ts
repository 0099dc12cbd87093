/** Where a published data file is kept on this machine, and how it gets there. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import { cacheFolder } from '../runtime/folders.js';
import { type DownloadRequest, download } from './download.js';

/** A file as its publisher ships it. */
export interface PublishedFile {
  /** The folder it is kept in, below the data folder or the cache. */
  dataset: string;
  /** A folder inside that one where it may be too, as its archive unpacks. */
  folder?: string;
  name: string;
  url: string;
  /** Length (bytes). */
  bytes: number;
  sha256: string;
}

/** A copy of a published file on this machine. */
export interface LocalCopy {
  path: string;
  /** True in the folder that `LAZYAHEAD_DATA` names, where a copy may differ from the original. */
  fromUser: boolean;
}

/** A local copy, read. */
export interface LocalContent extends LocalCopy {
  content: Buffer;
  sha256: string;
  /** True when it is byte for byte the published file. */
  verified: boolean;
}

/** Options of {@link obtain}, handed on to the download. */
export type ObtainOptions = Pick<DownloadRequest, 'onProgress' | 'signal'>;

/**
 * Finds a copy: in the folder that `LAZYAHEAD_DATA` names, else in the cache.
 *
 * @throws UsageError when `LAZYAHEAD_DATA` names no folder.
 */
export function findCopy({ dataset, folder: inside, name }: PublishedFile): LocalCopy | null {
  const folder = process.env.LAZYAHEAD_DATA;
  if (folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new UsageError(`LAZYAHEAD_DATA is ${folder}, which is no folder: correct or unset it.`);
    }
    const places = inside === undefined ? [''] : ['', inside];
    const path = places.map((place) => join(folder, dataset, place, name)).find(existsSync);
    if (path !== undefined) return { path, fromUser: true };
  }
  const path = cachePath({ dataset, name });
  return existsSync(path) ? { path, fromUser: false } : null;
}

/**
 * Reads a copy and compares it with what was published.
 *
 * @throws Error with one sentence when it cannot be read, when its size is out of all proportion,
 *   or when a copy in the cache, which was verified when it came, has changed since.
 */
export function readCopy(file: PublishedFile, copy: LocalCopy): LocalContent {
  const content = readWithin(copy, 8 * file.bytes, file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const verified = sha256 === file.sha256;
  if (!verified && !copy.fromUser) throw unusable(file, copy, 'its content has changed');
  return { ...copy, content, sha256, verified };
}

/**
 * A copy's content, downloaded into the cache first where there is none.
 *
 * @throws DownloadError when it has to be downloaded and cannot be; Error when a copy is damaged.
 */
export async function obtain(file: PublishedFile, options: ObtainOptions): Promise<LocalContent> {
  const copy = findCopy(file);
  if (copy !== null) return readCopy(file, copy);
  const { url, bytes, sha256 } = file;
  const path = cachePath(file);
  await download({ url, bytes, sha256, path, ...options });
  return readCopy(file, { path, fromUser: false });
}

/** The error for a copy that cannot be used: which file, why, and what to do about it. */
export function unusable(file: PublishedFile, copy: LocalCopy, reason: string): Error {
  const remedy = copy.fromUser
    ? `replace it with the file from ${file.url}`
    : 'delete it, and it will be downloaded again';
  return new Error(`${copy.path} is damaged (${reason}): ${remedy}.`);
}

function cachePath({ dataset, name }: Pick<PublishedFile, 'dataset' | 'name'>): string {
  return cacheFolder('data', dataset, name);
}

function readWithin(copy: LocalCopy, maxBytes: number, file: PublishedFile): Buffer {
  try {
    const { size } = statSync(copy.path);
    if (size <= maxBytes) return readFileSync(copy.path);
    throw unusable(file, copy, `it has ${size} bytes, the published file ${file.bytes}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(`Cannot read ${copy.path} (${code}): check what it is and its permissions.`);
  }
}
