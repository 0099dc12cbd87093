/** Getting a whole data set into the cache, and removing it from there. */

import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../runtime/folders.js';
import { isLock } from '../runtime/lock.js';
import type { Dataset } from './datasets.js';
import { withLock } from './lock.js';
import { fetchRelease, incomingFolder, type ObtainOptions } from './obtain.js';
import { findCopy, type PublishedFile, readCopy } from './published-file.js';

/**
 * Downloads those files of a data set, extras included, that are not on this machine, and again
 * those in the cache that have changed there.
 *
 * @throws DownloadError when a file has to be downloaded and cannot be; Error when it cannot be
 *   written.
 */
export async function getDataset(dataset: Dataset, options: ObtainOptions): Promise<void> {
  for (const release of [...dataset.releases, ...dataset.extras]) {
    for (const file of release.files) await dropChanged(file, options);
    if (release.files.some((file) => findCopy(file) === null)) await fetchRelease(release, options);
  }
}

async function dropChanged(file: PublishedFile, { onStatus }: ObtainOptions): Promise<void> {
  const copy = findCopy(file);
  if (copy === null || copy.fromUser) return;
  try {
    readCopy(file, copy);
  } catch {
    onStatus?.(`${copy.path} is damaged: it is downloaded again.`);
    await rm(copy.path, { force: true });
  }
}

/**
 * Removes a data set from the cache, and what has come of it so far; never from the folder that
 * `LAZYAHEAD_DATA` names.
 *
 * @returns bytes that were freed.
 */
export async function removeDataset(
  { name }: Dataset,
  options: Pick<ObtainOptions, 'signal' | 'onStatus'>,
): Promise<number> {
  const { signal, onStatus } = options;
  const [placed, incoming] = [cacheFolder('data', name), incomingFolder(name)];
  if (!existsSync(placed) && !existsSync(incoming)) return 0;
  return withLock(incoming, { signal, onWait: onStatus }, async () => {
    const bytes = (await sizeOf(placed)) + (await sizeOf(incoming));
    await rm(placed, { recursive: true, force: true });
    for (const file of await readdir(incoming)) {
      if (!isLock(file)) await rm(join(incoming, file), { recursive: true, force: true });
    }
    return bytes;
  });
}

/** Bytes of a folder's files, without those of a lock. */
async function sizeOf(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (!isLock(name)) bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}
