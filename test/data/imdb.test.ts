import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ImdbData, kerasReviews, loadImdb } from '../../src/data/imdb.js';
import { IMDB_NPZ, type RawImdb, readImdbNpz } from '../../src/data/imdb-npz.js';
import { findCopy, readCopy } from '../../src/data/published-file.js';
import { UsageError } from '../../src/runtime/errors.js';
import {
  type DataFolders,
  makeDataFolders,
  REAL_DATA,
  rejection,
  setEnvironment,
} from '../support/data-folders.js';
import { serving, startFileServer } from '../support/file-server.js';
import { imdbNpz } from '../support/npz.js';
import { skip } from '../support/skip.js';

const SIZE = { numWords: 20_000, maxlen: 5 };
describe('kerasReviews', () => {
  const raw: RawImdb = {
    train: { sequences: [[1, 6], [7], [8, 9]], labels: [0, 1, 2] },
    test: { sequences: [[1], [2], [3]], labels: [0, 1, 2] },
  };

  it('opens each review with 1, moves ranks up by 3 and replaces ids from numWords on by 2', () => {
    const { train } = kerasReviews(raw, { numWords: 11 });
    const byLabel = Array.from(train.labels).map((label, i) => [
      label,
      ...Array.from(train.sequences[i]),
    ]);
    expect(byLabel.sort()).to.deep.equal([
      [0, 1, 4, 9],
      [1, 1, 10],
      [2, 1, 2, 2], // ranks 8 and 9 are the ids 11 and 12
    ]);
  });

  it('shuffles the halves one after the other, reviews together with their labels', () => {
    // np.random.RandomState(113): shuffles of np.arange(3) give [2 0 1], then [1 0 2].
    const { train, test } = kerasReviews(raw, { numWords: 100 });
    expect(Array.from(train.labels)).to.deep.equal([2, 0, 1]);
    expect(Array.from(test.labels)).to.deep.equal([1, 0, 2]);
    expect(Array.from(test.sequences, (ids) => ids[1] - 4)).to.deep.equal([1, 0, 2]);
  });
});

describe('loadImdb', () => {
  let folders: DataFolders;
  let ours: string;
  let cached: string;
  beforeEach(() => {
    folders = makeDataFolders();
    ours = join(folders.data, 'imdb', 'imdb.npz');
    cached = join(folders.cache, 'data', 'imdb', 'imdb.npz');
  });
  afterEach(() => folders.remove());

  it('uses a copy in the data folder that is not the published file, and calls it unverified', async () => {
    folders.put(ours, imdbNpz());
    const { info, train, test, maxlen, vocabulary } = await loadImdb(SIZE);
    expect(info).to.include({ name: 'imdb', synthetic: false, verified: false, path: ours });
    expect(info.sha256).to.match(/^[0-9a-f]{64}$/);
    expect({ maxlen, vocabulary }).to.deep.equal({ maxlen: 5, vocabulary: 20_000 });
    expect([train.n, test.n, train.x.length, train.y.length]).to.deep.equal([
      25_000, 25_000, 125_000, 25_000,
    ]);
    // Numpy's shuffle puts review 7798 first, whose words are the ranks 7799 to 7802.
    expect(Array.from(train.x.subarray(0, 5))).to.deep.equal([1, 7802, 7803, 7804, 7805]);
    expect(train.y[0]).to.equal(1);
    // And test review 4083 second, whose words are the ranks 4087 to 4084.
    expect(Array.from(test.x.subarray(5, 10))).to.deep.equal([1, 4090, 4089, 4088, 4087]);
    expect(test.y[1]).to.equal(1);
  });

  it('takes the synthetic twin, and says why, when nothing is here and the host is out of reach', async () => {
    const { info, train } = await loadImdb(SIZE);
    expect(info).to.deep.equal({
      name: 'imdb-synthetic',
      synthetic: true,
      verified: false,
      sha256: null,
      path: null,
      reason: `Could not download ${IMDB_NPZ.url}: the host cannot be reached (ECONNREFUSED).`,
    });
    expect(train.n).to.equal(25_000);
    expect(existsSync(join(folders.cache, 'data'))).to.equal(false);
  });

  it('fails instead when the real reviews were asked for', async () => {
    const error = await rejection(loadImdb({ ...SIZE, source: 'real' }));
    expect(error.name).to.equal('DownloadError');
  });

  it('asks no host for the twin when that was asked for', async () => {
    const server = await startFileServer((_, response) => response.end());
    setEnvironment({ LAZYAHEAD_MIRROR: server.url });
    const { info } = await loadImdb({ ...SIZE, source: 'synthetic' });
    server.close();
    expect(server.asked).to.deep.equal([]);
    expect(info.synthetic).to.equal(true);
    expect(info.reason).to.equal(undefined);
  });

  it('refuses every kind of damaged copy in one sentence, and never takes the twin for it', async () => {
    const whole = imdbNpz();
    const bit = Buffer.from(whole);
    bit[5_000] ^= 4;
    const damages: [Buffer, RegExp][] = [
      [whole.subarray(0, whole.length / 2), /cut short/],
      [Buffer.alloc(0), /cut short/],
      [bit, /its member x_train\.npy is damaged/],
      [Buffer.from('<html>Sign in to the network</html>'), /no complete zip archive/],
      [imdbNpz(100), /100 reviews and 100 labels/],
    ];
    for (const [content, reason] of damages) {
      folders.put(ours, content);
      const { message } = await rejection(loadImdb(SIZE));
      expect(message).to.match(reason);
      expect(message.startsWith(`${ours} is damaged (`)).to.equal(true);
      expect(message.endsWith(`): replace it with the file from ${IMDB_NPZ.url}.`)).to.equal(true);
    }
  });

  it('refuses a changed file in the cache', async () => {
    folders.put(cached, imdbNpz());
    const { message } = await rejection(loadImdb(SIZE));
    expect(message).to.equal(
      `${cached} is damaged (its content has changed): delete it, and it will be downloaded again.`,
    );
  });

  it('takes no other file than the published one', async () => {
    const server = await startFileServer(serving(imdbNpz(10)));
    setEnvironment({ LAZYAHEAD_MIRROR: server.url });
    const { info } = await loadImdb(SIZE);
    server.close();
    expect(info.reason).to.match(
      /the server has \d+ bytes of it instead of 17464789; .*ECONNREFUSED/,
    );
    expect(existsSync(join(folders.cache, 'data'))).to.equal(false);
  });

  it('refuses numWords, maxlen and seeds that make no sense', async () => {
    for (const numWords of [0, 3, 2.5, NaN]) {
      expect(await rejection(loadImdb({ numWords, maxlen: 5 }))).to.be.instanceOf(UsageError);
    }
    for (const maxlen of [0, 2.5]) {
      expect(await rejection(loadImdb({ numWords: 100, maxlen }))).to.be.instanceOf(UsageError);
    }
    for (const seed of [-1, 0.5, 2 ** 32]) {
      expect(await rejection(loadImdb({ ...SIZE, seed }))).to.be.instanceOf(UsageError);
    }
  });
});

describe('the real IMDB reviews', () => {
  before(function () {
    if (!REAL_DATA || !existsSync(join(REAL_DATA, 'imdb', 'imdb.npz'))) {
      skip(this, 'LAZYAHEAD_DATA names no folder with imdb/imdb.npz');
    }
  });

  it('have the lengths that the published file has', () => {
    const { content } = readCopy(IMDB_NPZ, findCopy(IMDB_NPZ)!);
    const { train, test } = readImdbNpz(content);
    const facts = [train, test].map(({ sequences }) => {
      const lengths = sequences.map(({ length }) => length);
      const tokens = lengths.reduce((sum, length) => sum + length, 0);
      return [tokens, Math.min(...lengths), Math.max(...lengths)];
    });
    expect(facts).to.deep.equal([
      [5_942_841, 10, 2_493],
      [5_745_105, 6, 2_314],
    ]);
  });

  it('are in Keras’s order, with Keras’s ids', () => {
    const { content } = readCopy(IMDB_NPZ, findCopy(IMDB_NPZ)!);
    const { train } = kerasReviews(readImdbNpz(content), { numWords: 10_000 });
    expect(train.sequences[1]).to.have.lengthOf(189);
    // The first ids of x_train[0] as Keras's own documentation and tutorials print them.
    expect(Array.from(train.sequences[0]).slice(0, 10)).to.deep.equal([
      1, 14, 22, 16, 43, 530, 973, 1622, 1385, 65,
    ]);
    expect(Array.from(train.labels).slice(0, 20)).to.deep.equal([
      1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1,
    ]);
  });

  it('load as rows of the last 80 words', async () => {
    const data: ImdbData = await loadImdb({ numWords: 20_000, maxlen: 80, source: 'real' });
    expect(data.info.synthetic).to.equal(false);
    expect([data.train.n, data.test.n]).to.deep.equal([25_000, 25_000]);
    expect(data.train.x).to.have.lengthOf(2_000_000);
    expect(data.train.x.reduce((most, id) => Math.max(most, id), 0)).to.equal(19_999);
    for (const { y } of [data.train, data.test]) {
      expect(y.reduce((sum, label) => sum + label, 0)).to.equal(12_500);
    }
  });
});
