/** The words behind the ids of the IMDB reviews. */

import { INDEX_FROM, OOV_CHAR, START_CHAR } from './imdb.js';
import { type ObtainOptions, obtain } from './obtain.js';
import { type PublishedFile, unusable } from './published-file.js';

/** Keras's `imdb_word_index.json`: each word's rank by frequency. */
export const IMDB_WORD_INDEX: PublishedFile = {
  dataset: 'imdb',
  name: 'imdb_word_index.json',
  url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb_word_index.json',
  bytes: 1_641_221,
  sha256: '027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6',
};

/**
 * Keras's `imdb.get_word_index()`: 88,584 words and their ranks, from 1. Found where
 * {@link loadImdb} finds the reviews.
 *
 * @throws DownloadError when there is no file and none can be downloaded; Error when it is damaged.
 *
 * @example (await wordIndex()).get('the'); // 1
 */
export async function wordIndex(options: ObtainOptions = {}): Promise<Map<string, number>> {
  const local = await obtain(IMDB_WORD_INDEX, options);
  const entries = parseEntries(local.content.toString('utf8'));
  if (entries === null) {
    throw unusable(IMDB_WORD_INDEX, local, 'it is no JSON object of words and ranks');
  }
  return new Map(entries);
}

function parseEntries(json: string): [string, number][] | null {
  try {
    const entries = Object.entries(JSON.parse(json) as Record<string, number>);
    return entries.length > 0 && entries.every(([, rank]) => rank >= 1) ? entries : null;
  } catch {
    return null;
  }
}

/**
 * A review as text: padding is left out, the start is `<start>`, a word left out is `<oov>`.
 *
 * @param ids - a row of `x`, or any ids of {@link loadImdb}.
 * @param index - the result of {@link wordIndex}.
 *
 * @example
 * const { train, maxlen } = await loadImdb({ numWords: 20_000, maxlen: 80 });
 * decodeReview(train.x.subarray(0, maxlen), await wordIndex()); // the first review's last 80 words
 */
export function decodeReview(ids: Iterable<number>, index: Map<string, number>): string {
  const words = new Map([...index].map(([word, rank]) => [rank + INDEX_FROM, word]));
  words.set(START_CHAR, '<start>').set(OOV_CHAR, '<oov>');
  return Array.from(ids)
    .filter((id) => id !== 0)
    .map((id) => words.get(id) ?? `<${id}>`)
    .join(' ');
}
