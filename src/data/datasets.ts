/** The data sets there are, and what of them is on this machine. */

import { dirname } from 'node:path';
import { CIFAR_FILES, type CifarClasses, emptySplit, readCifarBin } from './cifar-files.js';
import { CIFAR_RELEASES } from './cifar-sources.js';
import { IMDB_NPZ, readImdbNpz } from './imdb-npz.js';
import { IMDB_WORD_INDEX } from './imdb-words.js';
import { megabytes } from './megabytes.js';
import { type Release, releaseOf } from './obtain.js';
import { PTB_FILES, readPtbFile } from './ptb-text.js';
import { findCopy, type PublishedFile, readCopy, unusable } from './published-file.js';

/** A data set as its publishers ship it. */
export interface Dataset {
  name: string;
  title: string;
  /** What its loader reads. */
  releases: Release[];
  /** What is of use beside that, and not looked for unless it is asked for. */
  extras: Release[];
  /** Reads a file that is not the published one. @throws Error with one clause on what is wrong. */
  inspect: (file: PublishedFile, content: Buffer) => void;
}

const cifar = (classes: CifarClasses, title: string): Dataset => ({
  name: `cifar${classes}`,
  title,
  releases: [CIFAR_RELEASES[classes]],
  extras: [],
  inspect(file, content) {
    const images = CIFAR_FILES[classes].test.includes(file) ? 10_000 : 50_000;
    readCifarBin(content, file, classes, emptySplit(images), 0);
  },
});

/** Every data set, by its name. */
export const DATASETS = {
  imdb: {
    name: 'imdb',
    title: 'IMDB movie reviews, positive and negative',
    releases: [releaseOf(IMDB_NPZ)],
    extras: [releaseOf(IMDB_WORD_INDEX)],
    inspect: (_, content) => void readImdbNpz(content),
  },
  cifar10: cifar(10, 'CIFAR-10, colour images of 10 classes'),
  cifar100: cifar(100, 'CIFAR-100, colour images of 100 classes'),
  ptb: {
    name: 'ptb',
    title: 'Penn Treebank, newspaper text for language models',
    releases: Object.values(PTB_FILES).map(releaseOf),
    extras: [],
    inspect(file, content) {
      const split = (['train', 'valid', 'test'] as const).find((s) => PTB_FILES[s] === file)!;
      readPtbFile(content, split);
    },
  },
} satisfies Record<string, Dataset>;

/** The files that a data set's loader reads. */
export const filesOf = ({ releases }: Dataset): PublishedFile[] =>
  releases.flatMap(({ files }) => files);

/** Bytes to download where nothing is here: of each release from its first source. */
export const downloadBytes = ({ releases }: Dataset): number =>
  releases.reduce((sum, { sources }) => sum + sources[0].bytes, 0);

/** What of a data set is on this machine. */
export interface DatasetStatus {
  name: string;
  found: boolean;
  /** True when its loader can read what is here. */
  usable: boolean;
  /** True when every file is byte for byte the published one. */
  verified: boolean;
  /** Its file where it has only one, else the folder of its files; null where they are not here. */
  path: string | null;
  /** One sentence, with the remedy where there is something to remedy. */
  detail: string;
}

/** Looks for a data set on this machine and checks its files; downloads nothing, throws nothing. */
export function statusOf(dataset: Dataset): DatasetStatus {
  const { name } = dataset;
  const files = filesOf(dataset);
  const nothing = { name, found: false, usable: false, verified: false, path: null };
  let status: DatasetStatus = { ...nothing, detail: '' };
  try {
    const missing = files.filter((file) => findCopy(file) === null);
    if (missing.length > 0) return { ...status, detail: notHere(dataset, missing) };
    const path = files.length === 1 ? findCopy(files[0])!.path : folderOf(dataset);
    status = { ...status, found: true, path };
    const others = files.filter((file) => !isPublished(dataset, file));
    if (others.length === 0) {
      const detail = files.length === 1 ? 'The published file.' : 'The published files.';
      return { ...status, usable: true, verified: true, detail };
    }
    const names = others.map((file) => file.name).join(', ');
    const detail = `An unverified copy: it can be read, but the sha256 of ${names} is not the published one.`;
    return { ...status, usable: true, detail };
  } catch (error) {
    return { ...status, detail: (error as Error).message };
  }
}

/**
 * The folder that holds a data set's files, by their official names; null when one is not here.
 *
 * @throws Error when they are in several folders; UsageError when `LAZYAHEAD_DATA` names no folder.
 */
export function folderOf(dataset: Dataset): string | null {
  const copies = filesOf(dataset).map(findCopy);
  if (copies.includes(null)) return null;
  const folders = [...new Set(copies.map((copy) => dirname(copy!.path)))];
  if (folders.length > 1) {
    throw new Error(
      `The files of ${dataset.name} are in several folders (${folders.join(', ')}): put them into one.`,
    );
  }
  return folders[0];
}

function notHere(dataset: Dataset, missing: PublishedFile[]): string {
  const [{ url }] = missing;
  const size = megabytes(downloadBytes(dataset));
  const part =
    missing.length < filesOf(dataset).length ? `${missing[0].name} is missing` : 'Not here yet';
  return `${part}: the first run on it downloads ${size} from ${url}.`;
}

/** Whether a copy is the published file. @throws Error with one sentence when it cannot be used. */
function isPublished(dataset: Dataset, file: PublishedFile): boolean {
  const copy = findCopy(file)!;
  const { verified, content } = readCopy(file, copy);
  if (!verified) {
    try {
      dataset.inspect(file, content);
    } catch (error) {
      throw unusable(file, copy, (error as Error).message);
    }
  }
  return verified;
}
