/** CIFAR-10 and CIFAR-100 (Krizhevsky 2009): small colour images of 10 or 100 kinds of things. */

import { UsageError } from '../runtime/errors.js';
import {
  CIFAR_FILES,
  type CifarClasses,
  type CifarSplit,
  emptySplit,
  readCifarBin,
} from './cifar-files.js';
import { CIFAR_RELEASES } from './cifar-sources.js';
import { type DataOrigin, type DataSource, generated, realOrTwin } from './data-origin.js';
import { type ObtainOptions, obtain } from './obtain.js';
import { type LocalContent, originOf, type PublishedFile, unusable } from './published-file.js';
import { syntheticCifar } from './synthetic-cifar.js';

export type { CifarClasses, CifarSplit } from './cifar-files.js';

/** The data set: 50,000 images to train on and 10,000 to test on, unless fewer were asked for. */
export interface CifarData {
  info: DataOrigin;
  train: CifarSplit;
  test: CifarSplit;
  classes: CifarClasses;
}

/** Options of {@link loadCifar}. */
export interface CifarOptions extends ObtainOptions {
  /** 10 for CIFAR-10; 100 for CIFAR-100, whose fine labels are used. */
  classes: CifarClasses;
  /** Default `'auto'`. */
  source?: DataSource;
  /** What the twin is generated from. Default 1. */
  seed?: number;
  /** Training images to keep: the first of the files, which are in random order. Default 50,000. */
  train?: number;
  /** Test images to keep. Default 10,000. */
  test?: number;
}

const SIZES = { train: 50_000, test: 10_000 };

/**
 * Loads the images: from the folder that `LAZYAHEAD_DATA` names, from the cache, or from the net.
 *
 * They stay bytes, 184 MB in all: normalize each batch as it is drawn.
 *
 * @throws UsageError for an option out of range; Error with one sentence for a damaged file; with
 *   `source: 'real'`, DownloadError when there are no files and none can be downloaded.
 *
 * @example const { train, test } = await loadCifar({ classes: 10 });
 */
export async function loadCifar(options: CifarOptions): Promise<CifarData> {
  const { source = 'auto' } = options;
  check(options);
  return realOrTwin(
    source,
    () => loadReal(options),
    (reason) => twin(options, reason),
  );
}

function check({ classes, ...sizes }: CifarOptions): void {
  if (classes !== 10 && classes !== 100) {
    throw new UsageError(`classes is ${classes}; CIFAR has 10 or 100.`);
  }
  for (const split of ['train', 'test'] as const) {
    const n = sizes[split] ?? SIZES[split];
    if (!Number.isSafeInteger(n) || n < 1 || n > SIZES[split]) {
      throw new UsageError(
        `${split} is ${n}; it must be a whole number from 1 to ${SIZES[split]}.`,
      );
    }
  }
}

async function loadReal(options: CifarOptions): Promise<CifarData> {
  const { classes, train = SIZES.train, test = SIZES.test, ...obtaining } = options;
  const files = CIFAR_FILES[classes];
  const release = CIFAR_RELEASES[classes];
  const read: Omit<LocalContent, 'content'>[] = [];
  const load = async (parts: PublishedFile[], n: number): Promise<CifarSplit> => {
    const split = emptySplit(n);
    let from = 0;
    for (const file of parts) {
      const local = await obtain(file, obtaining, release);
      try {
        from = readCifarBin(local.content, file, classes, split, from);
      } catch (error) {
        throw unusable(file, local, (error as Error).message);
      }
      const { content: _, ...origin } = local;
      read.push(origin);
    }
    return split;
  };
  const data = { train: await load(files.train, train), test: await load(files.test, test) };
  return {
    info: { name: `cifar${classes}`, synthetic: false, ...originOf(read) },
    ...data,
    classes,
  };
}

function twin(options: CifarOptions, reason?: string): CifarData {
  const { classes, seed = 1, train, test } = options;
  return {
    info: generated(`cifar${classes}`, reason),
    ...syntheticCifar({ classes, seed, train, test }),
    classes,
  };
}
