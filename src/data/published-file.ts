/** Where a published data file is kept on this machine. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import { cacheFolder } from '../runtime/folders.js';
import { sha256Of, sumOfSums } from './checksum.js';

/** A file as its publisher ships it. */
export interface PublishedFile {
  /** The folder it is kept in, below the data folder or the cache. */
  dataset: string;
  /** A folder inside that one where it may be too, as its archive unpacks. */
  folder?: string;
  name: string;
  /** The address of the file, or of the archive that holds it. */
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

/**
 * Finds a copy: in the folder that `LAZYAHEAD_DATA` names, else in the cache.
 *
 * @throws UsageError when `LAZYAHEAD_DATA` names no folder.
 */
export function findCopy(file: PublishedFile): LocalCopy | null {
  const folder = process.env.LAZYAHEAD_DATA;
  if (folder) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
      throw new UsageError(`LAZYAHEAD_DATA is ${folder}, which is no folder: correct or unset it.`);
    }
    const places = file.folder === undefined ? [''] : ['', file.folder];
    const path = places
      .map((place) => join(folder, file.dataset, place, file.name))
      .find((place) => existsSync(place));
    if (path !== undefined) return { path, fromUser: true };
  }
  const path = cachePath(file);
  return existsSync(path) ? { path, fromUser: false } : null;
}

/** Where a file's copy is kept in the cache. Only whole, checked files come there. */
export function cachePath({ dataset, name }: Pick<PublishedFile, 'dataset' | 'name'>): string {
  return cacheFolder('data', dataset, name);
}

/**
 * Reads a copy and compares it with what was published.
 *
 * @throws Error with one sentence when it cannot be read, when its size is out of all proportion,
 *   or when a copy in the cache, which was verified when it came, has changed since.
 */
export function readCopy(file: PublishedFile, copy: LocalCopy): LocalContent {
  const content = readWithin(copy, 8 * file.bytes, file);
  const sha256 = sha256Of(content);
  const verified = sha256 === file.sha256;
  if (!verified && !copy.fromUser) throw unusable(file, copy, 'its content has changed');
  return { ...copy, content, sha256, verified };
}

/** The error for a copy that cannot be used: which file, why, and what to do about it. */
export function unusable(file: PublishedFile, copy: LocalCopy, reason: string): Error {
  const remedy = copy.fromUser
    ? `replace it with the file from ${file.url}`
    : 'delete it, and it will be downloaded again';
  return new Error(`${copy.path} is damaged (${reason}): ${remedy}.`);
}

/** Where files came from: a checksum of them all, their folder, and whether each is the published one. */
export function originOf(files: Omit<LocalContent, 'content'>[]) {
  return {
    verified: files.every(({ verified }) => verified),
    sha256: sumOfSums(files),
    path: dirname(files[0].path),
  };
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
