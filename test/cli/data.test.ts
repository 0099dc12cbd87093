import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cacheFolder } from '../../src/runtime/folders.js';
import {
  type DataFolders,
  makeDataFolders,
  REAL_DATA,
  setEnvironment,
} from '../support/data-folders.js';
import { type FileServer, serving, startFileServer } from '../support/file-server.js';
import { skip } from '../support/skip.js';
import { start } from './command.js';

describe('lazyahead data', () => {
  let folders: DataFolders;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => folders.remove());

  it('lists what there is, and that nothing is here', async () => {
    const { code, out } = await start(['data', 'list', '--json']);
    expect(code).to.equal(0);
    const rows: { name: string; path: string | null; downloadBytes: number }[] = JSON.parse(out);
    expect(rows.map(({ name }) => name)).to.deep.equal(['imdb', 'cifar10', 'cifar100', 'ptb']);
    for (const { path, downloadBytes } of rows) {
      expect(path).to.equal(null);
      expect(downloadBytes).to.be.above(1e6);
    }
    const text = await start(['data', 'list']);
    expect(text.out).to.contain('not here: a download of 170.1 MB');
  });

  it('lists the others too where one is in two folders, and says of that one what to do', async () => {
    for (const split of ['train', 'valid']) {
      folders.put(join(folders.data, 'ptb', `ptb.${split}.txt`), 'text');
    }
    folders.put(cacheFolder('data', 'ptb', 'ptb.test.txt'), 'text');
    const { code, out } = await start(['data', 'list', '--json']);
    expect(code).to.equal(0);
    const rows: { name: string; path: null; problem?: string }[] = JSON.parse(out);
    expect(rows.map(({ name }) => name)).to.deep.equal(['imdb', 'cifar10', 'cifar100', 'ptb']);
    expect(rows[3].path).to.equal(null);
    expect(rows[3].problem).to.match(
      /^The files of ptb are in several folders .*: put them into one\.$/,
    );
    const { out: text } = await start(['data', 'list']);
    expect(text).to.contain('not here: a download of').and.to.contain(rows[3].problem);
  });

  it('says where a data set is, or ends with 1 and says how to get it', async () => {
    for (const split of ['train', 'valid', 'test']) {
      folders.put(join(folders.data, 'ptb', `ptb.${split}.txt`), 'text');
    }
    const path = join(folders.data, 'ptb');
    const found = await start(['data', 'where', 'ptb', '--json']);
    expect(JSON.parse(found.out)).to.deep.equal({ name: 'ptb', path });
    expect((await start(['data', 'where', 'ptb'])).out).to.equal(`${path}\n`);
    const missing = await start(['data', 'where', 'imdb', '--json']);
    expect(missing.code).to.equal(1);
    expect(JSON.parse(missing.out)).to.deep.equal({ name: 'imdb', path: null });
    expect(missing.err).to.match(
      /^lazyahead: imdb is not on this machine: get it by "npx lazyahead data get imdb", or put its files into \/.*\/data\/imdb\.\n$/,
    );
  });

  it('ends with 2 for a name that no data set has', async () => {
    for (const command of ['get', 'verify', 'where', 'remove']) {
      const { code, err } = await start(['data', command, 'cifar']);
      expect(code).to.equal(2);
      expect(err).to.equal('lazyahead: There is no data set "cifar"; did you mean cifar10?\n');
    }
  });

  it('ends with 1 and one sentence when no source can be reached', async () => {
    const { code, out, err } = await start(['data', 'get', 'ptb']);
    expect([code, out]).to.deep.equal([1, '']);
    expect(err).to.match(
      /^lazyahead: Could not download https:.*ptb\.train\.txt: the host cannot be reached \(ECONNREFUSED\)\.\n$/,
    );
  });

  it('verifies: ends with 1 for a damaged copy, and for one asked for that is not here', async () => {
    const nothing = await start(['data', 'verify']);
    expect(nothing.code).to.equal(0);
    expect((await start(['data', 'verify', 'imdb'])).code).to.equal(1);
    const path = folders.put(join(folders.data, 'imdb', 'imdb.npz'), 'no archive');
    const damaged = await start(['data', 'verify', '--json']);
    expect(damaged.code).to.equal(1);
    const [imdb] = JSON.parse(damaged.out);
    expect(imdb).to.include({ name: 'imdb', found: true, usable: false, verified: false, path });
    expect(imdb.detail).to.match(/ is damaged \(.*\): replace it with the file from https:/);
  });

  describe('with the real Penn Treebank on a mirror', () => {
    const real = join(REAL_DATA ?? '', 'ptb');
    let server: FileServer;
    before(function () {
      if (!REAL_DATA || !existsSync(join(real, 'ptb.train.txt'))) {
        skip(this, 'LAZYAHEAD_DATA names no folder with ptb/ptb.train.txt');
      }
    });
    beforeEach(async () => {
      server = await startFileServer((request, response) => {
        const name = request.url!.slice('/ptb/'.length);
        serving(readFileSync(join(real, name)))(request, response);
      });
      setEnvironment({ LAZYAHEAD_MIRROR: server.url });
    });
    afterEach(() => server?.close());

    it('gets it, verifies it, repairs it and removes it', async () => {
      const path = join(folders.cache, 'data', 'ptb');
      const got = await start(['data', 'get', 'ptb', '--json']);
      expect(got.code, got.err).to.equal(0);
      expect(JSON.parse(got.out)).to.include({ name: 'ptb', verified: true, path });
      expect(server.asked).to.have.length(3);

      expect((await start(['data', 'verify', 'ptb'])).code).to.equal(0);
      folders.put(join(path, 'ptb.valid.txt'), 'changed since');
      expect((await start(['data', 'verify', 'ptb'])).code).to.equal(1);

      const repaired = await start(['data', 'get', 'ptb']);
      expect(repaired.code, repaired.err).to.equal(0);
      expect(repaired.err).to.contain('ptb.valid.txt is damaged: it is downloaded again.');
      expect(server.asked).to.have.length(4);
      expect(statSync(join(path, 'ptb.valid.txt')).size).to.equal(399_782);

      const removed = await start(['data', 'remove', 'ptb', '--json']);
      expect(JSON.parse(removed.out)).to.deep.equal({ name: 'ptb', bytes: 5_951_345, left: null });
      expect(existsSync(path)).to.equal(false);
      expect((await start(['data', 'remove', 'ptb'])).out).to.equal(
        'ptb: not in the cache, nothing to remove.\n',
      );
    });

    it('ends at once on SIGTERM, and goes on from there the next time', async () => {
      const whole = server.answer;
      server.answer = (_, response) => {
        response.writeHead(200, { 'content-length': 5_101_618 });
        response.write(readFileSync(join(real, 'ptb.train.txt')).subarray(0, 2_000_000));
      };
      const partial = join(folders.cache, 'incoming', 'ptb', 'ptb.train.txt');
      const ended = await start(['data', 'get', 'ptb'], (child, err) => {
        if (!err.includes('Downloading')) return;
        const timer = setInterval(() => {
          if (!existsSync(partial) || statSync(partial).size < 2_000_000) return;
          clearInterval(timer);
          child.kill('SIGTERM');
        }, 20);
      });
      expect(ended.code).to.equal(143);
      expect(ended.err).to.match(/lazyahead: Interrupted: what has come is kept, .*\.\n$/);
      server.answer = whole;
      server.asked.length = 0;
      expect((await start(['data', 'get', 'ptb'])).code).to.equal(0);
      expect(server.asked[0]).to.deep.equal({ url: '/ptb/ptb.train.txt', range: 'bytes=2000000-' });
    });

    it('never removes a folder of the user’s', async () => {
      setEnvironment({ LAZYAHEAD_DATA: REAL_DATA });
      const { out } = await start(['data', 'remove', 'ptb']);
      expect(out).to.equal(
        `ptb: not in the cache, nothing to remove. Your copy in ${real} stays.\n`,
      );
      expect(existsSync(join(real, 'ptb.train.txt'))).to.equal(true);
    });
  });

  it('tells the folder of the real CIFAR-10, verified', async function () {
    setEnvironment({ LAZYAHEAD_CACHE: undefined });
    const folder = cacheFolder('data', 'cifar10');
    if (!existsSync(join(folder, 'test_batch.bin'))) {
      skip(this, 'CIFAR-10 is not in the cache: lazyahead data get cifar10');
    }
    const { code, out } = await start(['data', 'verify', 'cifar10', '--json']);
    expect(code).to.equal(0);
    expect(JSON.parse(out)[0]).to.include({ name: 'cifar10', verified: true, path: folder });
  });
});
