/**
 * The IMDB movie reviews (Maas et al. 2011) as Keras's `imdb.load_data` and `pad_sequences` give
 * them: each review a row of word ids, each label 1 for a positive review and 0 for a negative one.
 */

import { UsageError } from '../runtime/errors.js';
import { type DataOrigin, type DataSource, generated, realOrTwin } from './data-origin.js';
import { IMDB_NPZ, type RawImdb, type Reviews, readImdbNpz } from './imdb-npz.js';
import { NumpyRandomState } from './numpy-random.js';
import { type ObtainOptions, obtain } from './obtain.js';
import { padSequences } from './pad-sequences.js';
import { type LocalContent, unusable } from './published-file.js';
import { syntheticImdb } from './synthetic-imdb.js';

/** Keras's defaults: id 1 opens every review, id 2 stands for every word left out, rank r is id r + 3. */
export const START_CHAR = 1;
export const OOV_CHAR = 2;
export const INDEX_FROM = 3;

/** The order Keras shuffles into unless told otherwise. */
const KERAS_SEED = 113;

/** Reviews ready for a model. */
export interface ImdbSplit {
  /** Word ids, shape [n, maxlen], row after row; 0 is padding, and stands in front. */
  x: Int32Array;
  /** 1 positive, 0 negative, shape [n]. */
  y: Uint8Array;
  n: number;
}

/** The data set: 25,000 reviews to train on and 25,000 to test on. */
export interface ImdbData {
  info: DataOrigin;
  train: ImdbSplit;
  test: ImdbSplit;
  /** Words kept of a review: its last ones. */
  maxlen: number;
  /** Number of different ids, which is an embedding's `inputDim`. */
  vocabulary: number;
}

/** Options of {@link loadImdb}. */
export interface ImdbOptions extends ObtainOptions {
  /** Ids from this on become the id for words left out, as Keras's `num_words`. */
  numWords: number;
  /** Length of a row of `x`. */
  maxlen: number;
  /** Default `'auto'`. */
  source?: DataSource;
  /** Keras's `seed`, which orders the reviews; also what the twin is generated from. Default 113. */
  seed?: number;
}

/**
 * Loads the reviews: from the folder that `LAZYAHEAD_DATA` names, from the cache, or from the net.
 *
 * @throws UsageError for an option out of range; Error with one sentence for a damaged file; with
 *   `source: 'real'`, DownloadError when there is no file and none can be downloaded.
 *
 * @example const { train, test } = await loadImdb({ numWords: 20_000, maxlen: 80 });
 */
export async function loadImdb(options: ImdbOptions): Promise<ImdbData> {
  const { numWords, maxlen, source = 'auto', seed = KERAS_SEED } = options;
  check(options);
  const { raw, info } = await realOrTwin(
    source,
    () => loadReal(options),
    (reason) => ({ raw: syntheticImdb({ seed }), info: generated('imdb', reason) }),
  );
  const { train, test } = kerasReviews(raw, { numWords, seed });
  const split = ({ sequences, labels }: Reviews): ImdbSplit => ({
    x: padSequences(sequences, maxlen),
    y: Uint8Array.from(labels),
    n: labels.length,
  });
  return { info, train: split(train), test: split(test), maxlen, vocabulary: numWords };
}

/** Refuses bad options before anything is read or downloaded. */
function check({ numWords, maxlen, seed = KERAS_SEED }: ImdbOptions): void {
  if (!Number.isSafeInteger(numWords) || numWords <= INDEX_FROM) {
    throw new UsageError(`numWords is ${numWords}; it must be a whole number above ${INDEX_FROM}.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new UsageError(`seed is ${seed}; it must be a whole number from 0 to 2³² − 1.`);
  }
  padSequences([], maxlen);
}

async function loadReal(options: ObtainOptions): Promise<{ raw: RawImdb; info: DataOrigin }> {
  const local = await obtain(IMDB_NPZ, options);
  const { path, sha256, verified } = local;
  return { raw: parse(local), info: { name: 'imdb', synthetic: false, verified, sha256, path } };
}

function parse(local: LocalContent): RawImdb {
  try {
    return readImdbNpz(local.content);
  } catch (error) {
    throw unusable(IMDB_NPZ, local, (error as Error).message);
  }
}

/**
 * Keras's `imdb.load_data(num_words, seed)`: shuffles the training reviews and then the test
 * reviews from one random state, and turns ranks into ids.
 *
 * @param raw - ranks, in the file's order.
 */
export function kerasReviews(
  raw: RawImdb,
  { numWords, seed = KERAS_SEED }: { numWords: number; seed?: number },
): RawImdb {
  const random = new NumpyRandomState(seed);
  const convert = ({ sequences, labels }: Reviews): Reviews => {
    const order = Array.from(random.shuffledIndices(sequences.length));
    return {
      sequences: order.map((i) => toIds(sequences[i], numWords)),
      labels: order.map((i) => labels[i]),
    };
  };
  const train = convert(raw.train);
  return { train, test: convert(raw.test) };
}

function toIds(ranks: ArrayLike<number>, numWords: number): Int32Array {
  const ids = new Int32Array(ranks.length + 1);
  ids[0] = START_CHAR;
  for (let i = 0; i < ranks.length; i++) {
    const id = ranks[i] + INDEX_FROM;
    ids[i + 1] = id < numWords ? id : OOV_CHAR;
  }
  return ids;
}
