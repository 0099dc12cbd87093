/**
 * The Penn Treebank's Wall Street Journal text as Mikolov et al. 2010 prepared it for language
 * models: 10,000 different words, numbers as `N`, all others as `<unk>`.
 */

import { type DataOrigin, type DataSource, generated, realOrTwin } from './data-origin.js';
import { type ObtainOptions, obtain } from './obtain.js';
import { encodeText, PTB_FILES, type PtbSplits, readPtbFile, vocabularyOf } from './ptb-text.js';
import { type LocalCopy, originOf, unusable } from './published-file.js';
import { syntheticPtb } from './synthetic-ptb.js';

/** The text as word ids: 929,589 to train on, 73,760 to validate and 82,430 to test on. */
export interface PtbData extends PtbSplits {
  info: DataOrigin;
}

/** Options of {@link loadPtb}. */
export interface PtbOptions extends ObtainOptions {
  /** Default `'auto'`. */
  source?: DataSource;
  /** What the twin is generated from. Default 1. */
  seed?: number;
}

/**
 * Loads the text: from the folder that `LAZYAHEAD_DATA` names, from the cache, or from the net.
 *
 * @throws Error with one sentence for a damaged file; with `source: 'real'`, DownloadError when
 *   there are no files and none can be downloaded.
 *
 * @example const { train, valid, vocabulary } = await loadPtb();
 */
export async function loadPtb(options: PtbOptions = {}): Promise<PtbData> {
  const { source = 'auto', seed = 1, ...obtaining } = options;
  return realOrTwin(
    source,
    () => loadReal(obtaining),
    (reason) => ({ info: generated('ptb', reason), ...syntheticPtb({ seed }) }),
  );
}

async function loadReal(options: ObtainOptions): Promise<PtbData> {
  const read = async (split: keyof typeof PTB_FILES) => {
    const local = await obtain(PTB_FILES[split], options);
    const { content, ...origin } = local;
    return { origin, words: naming(split, local, () => readPtbFile(content, split)) };
  };
  const [train, valid, test] = [await read('train'), await read('valid'), await read('test')];
  const vocabulary = vocabularyOf(train.words);
  const ids = new Map(vocabulary.map((word, id) => [word, id]));
  const encode = (split: keyof typeof PTB_FILES, { origin, words }: typeof train) =>
    naming(split, origin, () => encodeText(words, ids));
  return {
    info: {
      name: 'ptb',
      synthetic: false,
      ...originOf([train.origin, valid.origin, test.origin]),
    },
    train: encode('train', train),
    valid: encode('valid', valid),
    test: encode('test', test),
    vocabulary,
  };
}

/** What `read` returns; what it throws names the file. */
function naming<T>(split: keyof typeof PTB_FILES, copy: LocalCopy, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unusable(PTB_FILES[split], copy, (error as Error).message);
  }
}
