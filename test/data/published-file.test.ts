import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { findCopy, originOf, type PublishedFile, readCopy } from '../../src/data/published-file.js';
import { UsageError } from '../../src/runtime/errors.js';
import { type DataFolders, makeDataFolders } from '../support/data-folders.js';

const CONTENT = 'the published file';
const FILE: PublishedFile = {
  dataset: 'letters',
  name: 'letters.txt',
  url: 'https://example.org/letters.txt',
  bytes: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};

describe('a published file', () => {
  let folders: DataFolders;
  let ours: string;
  let cached: string;
  beforeEach(() => {
    folders = makeDataFolders();
    ours = join(folders.data, 'letters', 'letters.txt');
    cached = join(folders.cache, 'data', 'letters', 'letters.txt');
  });
  afterEach(() => folders.remove());

  it('is looked for in the data folder first, then in the cache', () => {
    expect(findCopy(FILE)).to.equal(null);
    folders.put(cached, CONTENT);
    expect(findCopy(FILE)).to.deep.equal({ path: cached, fromUser: false });
    folders.put(ours, CONTENT);
    expect(findCopy(FILE)).to.deep.equal({ path: ours, fromUser: true });
    delete process.env.LAZYAHEAD_DATA;
    expect(findCopy(FILE)).to.deep.equal({ path: cached, fromUser: false });
  });

  it('may be in the folder of its archive', () => {
    const file = { ...FILE, folder: 'letters-bin' };
    const path = folders.put(join(folders.data, 'letters', 'letters-bin', 'letters.txt'), CONTENT);
    expect(findCopy(FILE)).to.equal(null);
    expect(findCopy(file)).to.deep.equal({ path, fromUser: true });
    folders.put(ours, CONTENT);
    expect(findCopy(file)).to.deep.equal({ path: ours, fromUser: true });
  });

  it('is not looked for elsewhere when LAZYAHEAD_DATA names no folder', () => {
    const wrong = folders.put(join(folders.data, 'a-file'), '');
    for (const folder of [wrong, join(folders.data, 'nowhere')]) {
      process.env.LAZYAHEAD_DATA = folder;
      expect(() => findCopy(FILE)).to.throw(
        UsageError,
        `LAZYAHEAD_DATA is ${folder}, which is no folder: correct or unset it.`,
      );
    }
  });

  it('is verified when its content is the published one', () => {
    folders.put(ours, CONTENT);
    const copy = readCopy(FILE, findCopy(FILE)!);
    expect(copy).to.include({ verified: true, sha256: FILE.sha256 });
    expect(copy.content.toString()).to.equal(CONTENT);
  });

  it('may differ in the data folder, unverified, and may not in the cache', () => {
    folders.put(ours, 'another content');
    expect(readCopy(FILE, findCopy(FILE)!).verified).to.equal(false);
    delete process.env.LAZYAHEAD_DATA;
    folders.put(cached, 'another content');
    expect(() => readCopy(FILE, findCopy(FILE)!)).to.throw(
      `${cached} is damaged (its content has changed): delete it, and it will be downloaded again.`,
    );
  });

  it('is not read when it is far too large', () => {
    folders.put(ours, 'x'.repeat(8 * CONTENT.length + 1));
    expect(() => readCopy(FILE, findCopy(FILE)!)).to.throw(
      `${ours} is damaged (it has 145 bytes, the published file 18): replace it with the file from ${FILE.url}.`,
    );
  });

  it('is reported by its path when it cannot be read', () => {
    folders.put(join(ours, 'inside'), 'a folder of the name of the file');
    const copy = { path: ours, fromUser: true };
    expect(() => readCopy({ ...FILE, bytes: 1e6 }, copy)).to.throw(`Cannot read ${ours} (EISDIR)`);
  });
});

describe('data of several files', () => {
  const copy = (name: string, content: string, verified: boolean) => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { path: join('letters', name), fromUser: true, sha256, verified };
  };
  const origin = (...verified: boolean[]) =>
    originOf([copy('abc.txt', 'abc', verified[0]), copy('empty.txt', '', verified[1])]);

  it('are verified when each of them is the published one', () => {
    expect(origin(true, true).verified).to.equal(true);
    expect(origin(true, false).verified).to.equal(false);
    expect(origin(false, true).verified).to.equal(false);
  });

  it('have the folder of their files, and the checksum of what sha256sum prints for them', () => {
    // printf abc > abc.txt; printf '' > empty.txt; sha256sum abc.txt empty.txt | sha256sum
    const sha256 = '73d10650384132c0613a5a87e3b97fc92aae6905557e9198567e6e25fba70ea3';
    expect(origin(true, false)).to.include({ path: 'letters', sha256 });
  });
});
