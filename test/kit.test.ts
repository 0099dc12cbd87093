import { join } from 'node:path';
import { expect } from 'chai';
import {
  DownloadError,
  decodeReview,
  loadImdb,
  resolveConfig,
  UsageError,
  wordIndex,
} from '../src/kit.js';
import { type DataFolders, makeDataFolders, rejection } from './support/data-folders.js';
import { imdbNpz } from './support/npz.js';

describe('lazyahead/kit', () => {
  let folders: DataFolders;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => folders.remove());

  it('has the errors that it throws, so that a program can tell them from others', async () => {
    expect(() => resolveConfig({ experiment: 'imdb', optimizer: 'adm' })).to.throw(UsageError);
    const unreachable = loadImdb({ numWords: 100, maxlen: 5, source: 'real' });
    expect(await rejection(unreachable)).to.be.instanceOf(DownloadError);
  });

  it('reads a review of the data set back as words', async () => {
    // Reviews of consecutive words, and `w5` for the word of rank 5, whose id is 8.
    const ranks = Array.from({ length: 25_003 }, (_, i) => [`w${i + 1}`, i + 1]);
    const words = JSON.stringify(Object.fromEntries(ranks));
    folders.put(join(folders.data, 'imdb', 'imdb.npz'), imdbNpz());
    folders.put(join(folders.data, 'imdb', 'imdb_word_index.json'), words);
    const { train, maxlen } = await loadImdb({ numWords: 25_007, maxlen: 3 });
    const rank = train.x[0] - 3;
    expect(decodeReview(train.x.subarray(0, maxlen), await wordIndex())).to.equal(
      `w${rank} w${rank + 1} w${rank + 2}`,
    );
  });
});
