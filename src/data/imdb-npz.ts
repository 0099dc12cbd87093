/** Keras's `imdb.npz`: what is in it, and the reader that turns it into lists of word ranks. */

import { readNpyIntegers, readNpyIntLists } from './npy.js';
import { readNpz } from './npz.js';
import type { PublishedFile } from './published-file.js';

/** The archive as Keras publishes it. */
export const IMDB_NPZ: PublishedFile = {
  dataset: 'imdb',
  name: 'imdb.npz',
  url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz',
  bytes: 17_464_789,
  sha256: '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f',
};

/** Reviews as lists of word ranks, 1 being the most frequent word, and what each is: 1 positive. */
export interface Reviews {
  sequences: ArrayLike<number>[];
  labels: ArrayLike<number>;
}

/** Both halves of the data set, in the file's order. */
export interface RawImdb {
  train: Reviews;
  test: Reviews;
}

/** Reviews in each half; one half of them positive. */
const REVIEWS = 25_000;

/** More than four times what the largest member takes. */
const MAX_MEMBER_BYTES = 64 * 2 ** 20;

/**
 * Reads the archive.
 *
 * @param content - the whole file.
 * @throws Error with one clause that says what is wrong, for the caller to name the file: not an
 *   npz, damaged, or not the IMDB reviews (25,000 and 25,000, half of each positive).
 */
export function readImdbNpz(content: Uint8Array): RawImdb {
  const names = ['x_train', 'y_train', 'x_test', 'y_test'];
  const [xTrain, yTrain, xTest, yTest] = readNpz(content, names, MAX_MEMBER_BYTES);
  return {
    train: within('training', () => reviews(readNpyIntLists(xTrain), readNpyIntegers(yTrain))),
    test: within('test', () => reviews(readNpyIntLists(xTest), readNpyIntegers(yTest))),
  };
}

function reviews(sequences: number[][], labels: number[]): Reviews {
  if (sequences.length !== REVIEWS || labels.length !== REVIEWS) {
    throw new Error(
      `${sequences.length} reviews and ${labels.length} labels instead of ${REVIEWS} each`,
    );
  }
  const positive = labels.filter((label) => label === 1).length;
  const negative = labels.filter((label) => label === 0).length;
  if (positive !== REVIEWS / 2 || negative !== REVIEWS / 2) {
    throw new Error(`${positive} positive and ${negative} negative reviews instead of half each`);
  }
  if (sequences.some((ranks) => ranks.some((rank) => !(rank >= 1)))) {
    throw new Error('a word’s rank is below 1');
  }
  return { sequences, labels };
}

function within<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`in its ${part} part, ${(error as Error).message}`);
  }
}
