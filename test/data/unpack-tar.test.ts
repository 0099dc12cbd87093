import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Member, unpackTarGz } from '../../src/data/unpack-tar.js';
import { type DataFolders, makeDataFolders, rejection } from '../support/data-folders.js';
import { type TarEntry, tarGz } from '../support/tar.js';

describe('unpackTarGz', () => {
  let folders: DataFolders;
  let path: string;
  beforeEach(() => {
    folders = makeDataFolders();
    path = join(folders.data, 'archive.tar.gz');
  });
  afterEach(() => folders.remove());

  async function unpack(archive: Buffer, wanted: [string, number][]): Promise<Member[]> {
    writeFileSync(path, archive);
    const members: Member[] = [];
    for await (const member of unpackTarGz(path, new Map(wanted))) members.push(member);
    return members;
  }

  const failure = async (entries: TarEntry[], wanted: [string, number][] = [['a/b.bin', 100]]) =>
    (await rejection(unpack(await tarGz(entries), wanted))).message;

  const ORDINARY: TarEntry[] = [
    { name: 'a/', type: 'directory' },
    { name: 'a/readme.html', content: 'not wanted' },
    { name: 'a/b.bin', content: 'wanted' },
    { name: 'a/c.bin', content: '' },
  ];

  it('gives the wanted members, whole, and no others', async () => {
    const members = await unpack(await tarGz(ORDINARY), [
      ['a/c.bin', 0],
      ['a/b.bin', 6],
    ]);
    expect(members.map(({ name, content }) => [name, content.toString()])).to.deep.equal([
      ['a/b.bin', 'wanted'],
      ['a/c.bin', ''],
    ]);
  });

  it('gives large members, which come in pieces', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
    const [member] = await unpack(await tarGz([{ name: 'a', content }]), [['a', 300_000]]);
    expect(member.content.equals(content)).to.equal(true);
  });

  it('says which member is missing', async () => {
    expect(await failure(ORDINARY, [['a/d.bin', 1]])).to.equal('it has no member a/d.bin');
  });

  it('refuses a wanted member that is too long before it is unpacked', async () => {
    expect(await failure(ORDINARY, [['a/b.bin', 5]])).to.equal(
      'its member a/b.bin has 6 bytes, more than 5',
    );
  });

  for (const name of ['../b.bin', '/etc/b.bin', 'a/../../b.bin', '..\\b.bin', 'C:\\b.bin']) {
    it(`refuses an archive with a member that leads elsewhere: ${name}`, async () => {
      const hostile = [{ name, content: 'x' }, ...ORDINARY];
      expect(await failure(hostile)).to.equal(`its member ${name} leads out of its folder`);
    });
  }

  for (const type of ['symlink', 'link', 'character-device', 'block-device', 'fifo'] as const) {
    it(`refuses an archive with a ${type}, also of a wanted name`, async () => {
      for (const name of ['a/other', 'a/b.bin']) {
        const message = await failure([{ name, type, linkname: '/etc/passwd' }, ...ORDINARY]);
        expect(message).to.equal(`its member ${name} is a ${type}, and no file`);
      }
    });
  }

  it('stops unpacking what is out of all proportion', async () => {
    // 10 MB of zeros are 10 kB as gzip.
    const message = await failure([{ name: 'bomb', content: Buffer.alloc(1e7) }, ...ORDINARY]);
    expect(message).to.equal('it unpacks to more than 20 times its length');
  });

  it('refuses what is no archive', async () => {
    const wanted: [string, number][] = [['a/b.bin', 100]];
    const html = Buffer.from('<html>Sign in to the network</html>');
    expect((await rejection(unpack(html, wanted))).message).to.match(/^it is damaged \(/);
    const zipped = gzipSync(Buffer.from('x'.repeat(50) + 'no tar archive '.repeat(60)));
    expect((await rejection(unpack(zipped, wanted))).message).to.match(
      /^it is (damaged \(Invalid tar header|cut short)/,
    );
  });

  it('never gives a member of an archive that is cut short or has a wrong bit for a whole one', async () => {
    const content = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * i) % 251));
    const archive = await tarGz([{ name: 'a', content }]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(archive.length - 1),
        fc.nat(7),
        fc.boolean(),
        async (at, bit, cut) => {
          const damaged = Buffer.from(cut ? archive.subarray(0, at) : archive);
          // The ten bytes of gzip's header say nothing of the content.
          if (!cut) damaged[Math.max(10, at)] ^= 1 << bit;
          try {
            const [member] = await unpack(damaged, [['a', 5_000]]);
            // A bit that nothing is read from.
            expect(member.content.equals(content)).to.equal(true);
          } catch (error) {
            expect((error as Error).message).to.match(/^it(s member)? /);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
