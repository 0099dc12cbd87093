import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { DATASETS, type Dataset, folderOf, statusOf } from '../../src/data/datasets.js';
import type { PublishedFile } from '../../src/data/published-file.js';
import { type DataFolders, makeDataFolders } from '../support/data-folders.js';
import { imdbNpz } from '../support/npz.js';

const CARDS = resolve(__dirname, '../../datasets');

describe('the cards in datasets/', () => {
  it('are one a data set', () => {
    expect(readdirSync(CARDS).sort()).to.deep.equal(
      Object.keys(DATASETS)
        .map((name) => `${name}.md`)
        .sort(),
    );
  });

  for (const { name, releases, extras } of Object.values<Dataset>(DATASETS)) {
    it(`${name}.md has the address, size and checksum of every file and source`, () => {
      const card = readFileSync(join(CARDS, `${name}.md`), 'utf8');
      const rows = (of: Pick<PublishedFile, 'name' | 'bytes' | 'sha256'>) =>
        card
          .split('\n')
          .filter((line) => line.includes(of.sha256))
          .map((line) => line.split('|').map((cell) => cell.trim()));
      for (const { files, sources } of [...releases, ...extras]) {
        for (const wanted of [...files, ...sources]) {
          expect(rows(wanted), `${wanted.name} in one row`).to.have.length(1);
          const [, file, bytes, sha256] = rows(wanted)[0];
          expect(file).to.contain(`\`${wanted.name}\``);
          expect(bytes).to.equal(wanted.bytes.toLocaleString('en-US'));
          expect(sha256).to.equal(`\`${wanted.sha256}\``);
        }
        for (const { from } of sources) {
          const address = typeof from === 'string' ? from : `npmjs.com/package/${from.package}`;
          expect(card).to.contain(address);
        }
      }
      // No checksum of anything else.
      const known = [...releases, ...extras].flatMap(({ files, sources }) =>
        [...files, ...sources].map(({ sha256 }) => sha256),
      );
      expect(known).to.include.members(card.match(/\b[0-9a-f]{64}\b/g) ?? []);
    });

    it(`${name}.md says where it is from, under which licence, and what is in it`, () => {
      const card = readFileSync(join(CARDS, `${name}.md`), 'utf8');
      for (const part of ['| Source |', '| Licence |', '## Files', '## Contents', '## A sample']) {
        expect(card).to.contain(part);
      }
      expect(card).to.contain(`\`${name}-synthetic\``);
    });
  }
});

describe('the status of a data set', () => {
  let folders: DataFolders;
  let ours: string;
  beforeEach(() => {
    folders = makeDataFolders();
    ours = join(folders.data, 'imdb', 'imdb.npz');
  });
  afterEach(() => folders.remove());

  it('says that nothing is here and what a run would download', () => {
    const status = statusOf(DATASETS.imdb);
    expect(status).to.include({ name: 'imdb', found: false, verified: false, path: null });
    expect(status.detail).to.match(/^Not here yet: .* 17\.5 MB from https:.*\.$/);
    expect(existsSync(folders.cache)).to.equal(false);
  });

  it('finds a copy that holds the reviews, unverified', () => {
    folders.put(ours, imdbNpz());
    const status = statusOf(DATASETS.imdb);
    expect(status).to.include({ found: true, usable: true, verified: false, path: ours });
    expect(status.detail).to.match(/^An unverified copy: /);
  });

  it('finds a damaged copy and says so', () => {
    folders.put(ours, imdbNpz().subarray(0, 10_000));
    const status = statusOf(DATASETS.imdb);
    expect(status).to.include({ found: true, usable: false, path: ours });
    expect(status.detail).to.match(/^.*imdb\.npz is damaged \(.*cut short.*\): replace it/);
  });

  it('says so when LAZYAHEAD_DATA names no folder', () => {
    process.env.LAZYAHEAD_DATA = join(folders.data, 'nowhere');
    const status = statusOf(DATASETS.imdb);
    expect(status.found).to.equal(false);
    expect(status.detail).to.match(/^LAZYAHEAD_DATA is .*, which is no folder/);
  });
});

describe('the folder of a data set', () => {
  let folders: DataFolders;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => folders.remove());

  const put = (root: string, ...names: string[]) => {
    for (const name of names) folders.put(join(root, 'ptb', name), 'text');
  };

  it('holds all of its files', () => {
    put(folders.data, 'ptb.train.txt', 'ptb.valid.txt');
    expect(folderOf(DATASETS.ptb)).to.equal(null);
    expect(statusOf(DATASETS.ptb).detail).to.match(/^ptb\.test\.txt is missing: /);
    put(folders.data, 'ptb.test.txt');
    expect(folderOf(DATASETS.ptb)).to.equal(join(folders.data, 'ptb'));
  });

  it('is not there when they are in several', () => {
    put(folders.data, 'ptb.train.txt', 'ptb.valid.txt');
    put(join(folders.cache, 'data'), 'ptb.test.txt');
    const folder = join(folders.data, 'ptb');
    expect(() => folderOf(DATASETS.ptb)).to.throw(
      `The files of ptb are in several folders (${folder}, ${join(folders.cache, 'data', 'ptb')}): put them into one.`,
    );
  });
});
