import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadImdb } from '../../src/data/imdb.js';
import { decodeReview, IMDB_WORD_INDEX, wordIndex } from '../../src/data/imdb-words.js';
import {
  type DataFolders,
  makeDataFolders,
  REAL_DATA,
  rejection,
} from '../support/data-folders.js';
import { skip } from '../support/skip.js';

describe('decodeReview', () => {
  it('turns ids into words, without the padding', () => {
    const index = new Map([
      ['the', 1],
      ['film', 19],
    ]);
    const ids = Int32Array.of(0, 0, 1, 4, 22, 2, 99);
    expect(decodeReview(ids, index)).to.equal('<start> the film <oov> <99>');
  });
});

describe('wordIndex', () => {
  let folders: DataFolders;
  let path: string;
  beforeEach(() => {
    folders = makeDataFolders();
    path = join(folders.data, 'imdb', 'imdb_word_index.json');
  });
  afterEach(() => folders.remove());

  it('reads words and ranks', async () => {
    folders.put(path, '{"the": 1, "__proto__": 2}');
    expect([...(await wordIndex())]).to.deep.equal([
      ['the', 1],
      ['__proto__', 2],
    ]);
  });

  it('refuses a damaged file in one sentence', async () => {
    for (const content of ['{"the": 1, "an', '[]', '{"the": "first"}', 'null']) {
      folders.put(path, content);
      expect((await rejection(wordIndex())).message).to.equal(
        `${path} is damaged (it is no JSON object of words and ranks): replace it with the file from ${IMDB_WORD_INDEX.url}.`,
      );
    }
  });
});

describe('the real words', () => {
  before(function () {
    if (!REAL_DATA || !existsSync(join(REAL_DATA, 'imdb', 'imdb_word_index.json'))) {
      skip(this, 'LAZYAHEAD_DATA names no folder with imdb/imdb_word_index.json');
    }
  });

  it('spell the first review as Keras’s documentation does', async () => {
    const index = await wordIndex();
    expect(index.size).to.equal(88_584);
    const { train } = await loadImdb({ numWords: 10_000, maxlen: 250, source: 'real' });
    expect(decodeReview(train.x.subarray(0, 250), index)).to.match(
      /^<start> this film was just brilliant casting location scenery story direction/,
    );
  });
});
