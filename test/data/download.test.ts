import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { sha256Of } from '../../src/data/checksum.js';
import { DownloadError, type DownloadRequest, download } from '../../src/data/download.js';
import { type DataFolders, makeDataFolders, rejection } from '../support/data-folders.js';
import { type FileServer, serving, startFileServer } from '../support/file-server.js';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) % 251));
const KEPT = '; what has come is kept for the next try';

/** Answers each request by the next of some listeners, and then by the last. */
const inTurn =
  (...listeners: RequestListener[]): RequestListener =>
  (...args) =>
    (listeners.length > 1 ? listeners.shift()! : listeners[0])(...args);

/** Sends the first bytes of what is asked for and then breaks the connection. */
const breakingAfter =
  (bytes: number): RequestListener =>
  (request, response) => {
    const start = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
    const range = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`;
    const length = { 'content-length': CONTENT.length - start };
    if (start === 0) response.writeHead(200, length);
    else response.writeHead(206, { ...length, 'content-range': range });
    response.write(CONTENT.subarray(start, start + bytes), () =>
      setTimeout(() => response.destroy(), 20),
    );
  };

describe('download', () => {
  let folders: DataFolders;
  let server: FileServer;
  let request: DownloadRequest;
  beforeEach(async () => {
    folders = makeDataFolders();
    server = await startFileServer(serving(CONTENT));
    request = {
      url: `${server.url}/file.npz`,
      path: join(folders.cache, 'incoming', 'file.npz'),
      bytes: CONTENT.length,
      sha256: sha256Of(CONTENT),
      patience: 5000,
      pause: 1,
    };
  });
  afterEach(() => {
    server.close();
    folders.remove();
  });

  const isWhole = () => expect(readFileSync(request.path).equals(CONTENT)).to.equal(true);

  /** The reason that a download fails for, which has to be a DownloadError. */
  async function reasonWith(answer: RequestListener): Promise<string> {
    server.answer = answer;
    const error = await rejection(download(request));
    expect(error).to.be.instanceOf(DownloadError);
    const start = `Could not download ${request.url}: `;
    expect(error.message.startsWith(start), error.message).to.equal(true);
    return error.message.slice(start.length);
  }

  it('brings the file and reports its progress', async () => {
    const progress: number[] = [];
    await download({
      ...request,
      onProgress: (received, total) => {
        expect(total).to.equal(CONTENT.length);
        progress.push(received);
      },
    });
    isWhole();
    expect(server.asked).to.have.length(1);
    expect(progress.at(-1)).to.equal(CONTENT.length);
    expect(progress).to.deep.equal([...progress].sort((a, b) => a - b));
  });

  for (const [status, name] of [
    [403, 'Forbidden'],
    [404, 'Not Found'],
    [410, 'Gone'],
  ] as const) {
    it(`does not ask again after ${status}, and leaves nothing`, async () => {
      const reason = await reasonWith((_, response) => response.writeHead(status).end('no'));
      expect(reason).to.equal(`the server answered ${status} ${name}.`);
      expect(server.asked).to.have.length(1);
      expect(existsSync(request.path)).to.equal(false);
    });
  }

  it('asks again after 503, 429 and 500, and gives up after the fourth in a row', async () => {
    const busy = (status: number): RequestListener => {
      return (_, response) => response.writeHead(status).end('busy');
    };
    server.answer = inTurn(busy(503), busy(429), busy(500), serving(CONTENT));
    await download(request);
    isWhole();
    const reason = await reasonWith(busy(503)).catch(() => 'it was whole already');
    expect(reason).to.equal('it was whole already');

    writeFileSync(request.path, '');
    server.asked.length = 0;
    expect(await reasonWith(busy(503))).to.equal('the server answered 503 Service Unavailable.');
    expect(server.asked).to.have.length(4);
  });

  it('waits as long as a busy server asks', async () => {
    const times: number[] = [];
    server.answer = inTurn(
      (_, response) => {
        times.push(performance.now());
        response.writeHead(503, { 'retry-after': '1' }).end();
      },
      (...args) => {
        times.push(performance.now());
        serving(CONTENT)(...args);
      },
    );
    await download(request);
    expect(times[1] - times[0]).to.be.at.least(990);
  });

  it('goes on where a connection broke off, as often as that brings something', async () => {
    // 200,000 bytes by 20,000 a time: ten requests, more than may fail in a row.
    server.answer = breakingAfter(20_000);
    await download(request);
    isWhole();
    expect(server.asked.length).to.be.at.least(10);
    expect(server.asked[0]).not.to.have.property('range');
    for (const { range } of server.asked.slice(1)) expect(range).to.match(/^bytes=\d+-$/);
  });

  it('goes on with what an earlier process left', async () => {
    folders.put(request.path, CONTENT.subarray(0, 150_000));
    await download(request);
    isWhole();
    expect(server.asked).to.deep.equal([{ url: '/file.npz', range: 'bytes=150000-' }]);
  });

  it('asks for nothing when all of it is there, and for all of it when there is too much', async () => {
    folders.put(request.path, CONTENT);
    await download(request);
    expect(server.asked).to.deep.equal([]);
    folders.put(request.path, Buffer.concat([CONTENT, CONTENT]));
    await download(request);
    isWhole();
    expect(server.asked).to.deep.equal([{ url: '/file.npz' }]);
  });

  it('starts anew when the server sends the whole, another part, or says that there is none', async () => {
    const { length } = CONTENT;
    const answers: RequestListener[] = [
      (_, response) => response.end(CONTENT),
      (_, response) => response.writeHead(416).end(),
      (_, response) => response.writeHead(206).end(CONTENT.subarray(500)),
      (_, response) =>
        response
          .writeHead(206, { 'content-range': `bytes 0-${length - 1}/${length}` })
          .end(CONTENT),
      (_, response) =>
        response.writeHead(206, { 'content-range': `bytes 500-${length}/${length + 1}` }).end('x'),
    ];
    for (const answer of answers) {
      folders.put(request.path, CONTENT.subarray(0, 500));
      server.answer = inTurn(answer, serving(CONTENT));
      await download(request);
      isWhole();
    }
  });

  it('starts anew, once, when the beginning that was here is another file’s', async () => {
    folders.put(request.path, Buffer.alloc(1000, 'another file'));
    await download(request);
    isWhole();
    expect(server.asked.map(({ range }) => range)).to.deep.equal(['bytes=1000-', undefined]);
  });

  it('asks for all of it when the whole file that was here is another', async () => {
    folders.put(request.path, Buffer.alloc(CONTENT.length, 'another file'));
    await download(request);
    isWhole();
    expect(server.asked).to.deep.equal([{ url: '/file.npz' }]);
  });

  it('refuses another content than the published one, and keeps nothing of it', async () => {
    const other = Buffer.from(CONTENT);
    other[77] ^= 1;
    const reason = await reasonWith(serving(other));
    expect(reason).to.match(/^its sha256 is [0-9a-f]{64} instead of [0-9a-f]{64}\.$/);
    expect(server.asked).to.have.length(1);
    expect(existsSync(request.path)).to.equal(false);
  });

  it('refuses a file whose length the server says is another', async () => {
    for (const length of [1000, 200_001]) {
      const reason = await reasonWith((_, response) => {
        response.writeHead(200, { 'content-length': length }).write(CONTENT.subarray(0, 1000));
      });
      expect(reason).to.equal(`the server has ${length} bytes of it instead of 200000.`);
    }
    expect(server.asked).to.have.length(2);
  });

  it('keeps what is here where the answer cannot be the file: a network’s log-in page', async () => {
    const begun = CONTENT.subarray(0, 150_000);
    folders.put(request.path, begun);
    const reason = await reasonWith((_, response) => {
      response.writeHead(200, { 'content-length': 11 }).end('Log in here');
    });
    expect(reason).to.equal(`the server has 11 bytes of it instead of 200000${KEPT}.`);
    expect(readFileSync(request.path).equals(begun)).to.equal(true);
    server.answer = serving(CONTENT);
    await download(request);
    isWhole();
    expect(server.asked.at(-1)).to.include({ range: 'bytes=150000-' });
  });

  it('refuses a file that turns out longer, and keeps nothing of it', async () => {
    const reason = await reasonWith((_, response) => {
      response.write(CONTENT);
      response.end('more');
    });
    expect(reason).to.equal('it is longer than the published 200000 bytes.');
    expect(existsSync(request.path)).to.equal(false);
  });

  it('says how far it came, and keeps that, when it always ends too early', async () => {
    const ending = await reasonWith((_, response) => {
      response.write(CONTENT.subarray(0, 1000));
      response.end();
    });
    expect(ending).to.equal(`it ended after 1000 of 200000 bytes${KEPT}.`);
    expect(readFileSync(request.path)).to.have.length(1000);
    const breaking = await reasonWith(breakingAfter(0));
    expect(breaking).to.match(
      /^the connection broke off after 1000 of 200000 bytes \(.+\); what has come is kept for the next try\.$/,
    );
  });

  it('gives up when nothing more comes', async () => {
    request.patience = 300;
    const reason = await reasonWith((_, response) => {
      if (server.asked.length === 1) response.write(CONTENT.subarray(0, 1000));
    });
    expect(reason).to.equal(`no answer within 0.3 s${KEPT}.`);
    const stalling = await reasonWith((_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 1000-199999/200000' }).flushHeaders();
    });
    expect(stalling).to.equal(`nothing more came for 0.3 s after 1000 of 200000 bytes${KEPT}.`);
  });

  it('asks a server once that never answers', async () => {
    request.patience = 300;
    expect(await reasonWith(() => {})).to.equal('no answer within 0.3 s.');
    expect(server.asked).to.have.length(1);
  });

  it('is patient with a slow server as long as something comes', async () => {
    request.patience = 1000;
    server.answer = (_, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write(CONTENT.subarray(sent, sent + 20_000));
        sent += 20_000;
        if (sent < CONTENT.length) return;
        clearInterval(timer);
        response.end();
      }, 150); // ten pieces: 1.5 s in all
    };
    await download(request);
    isWhole();
    expect(server.asked).to.have.length(1);
  });

  it('takes the bytes as they are, whatever the server calls their encoding', async () => {
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(CONTENT);
    };
    await download(request);
    isWhole();
  });

  it('says so at once when the host cannot be reached', async () => {
    server.close();
    const error = await rejection(download({ ...request, pause: 60_000 }));
    expect(error).to.be.instanceOf(DownloadError);
    expect(error.message).to.match(/: the host cannot be reached \(ECONNREFUSED\)\.$/);
    expect(existsSync(request.path)).to.equal(false);
  });

  it('ends at once with the reason of an aborted signal, and keeps what has come', async () => {
    server.answer = (_, response) => response.write(CONTENT.subarray(0, 1000));
    const stop = new AbortController();
    const onProgress = (received: number) => {
      if (received === 1000) stop.abort(new Error('stopped by the user'));
    };
    const error = await rejection(download({ ...request, onProgress, signal: stop.signal }));
    expect(error.message).to.equal('stopped by the user');
    expect(readFileSync(request.path)).to.have.length(1000);
  });

  it('can be ended while it waits for a new attempt', async () => {
    server.answer = (_, response) => response.writeHead(503).end();
    const stop = new AbortController();
    const ended = rejection(download({ ...request, pause: 20_000, signal: stop.signal }));
    setTimeout(() => stop.abort(new Error('stopped by the user')), 100);
    expect((await ended).message).to.equal('stopped by the user');
  });

  it('says which folder cannot be written', async () => {
    writeFileSync(folders.cache, 'a file where a folder should be');
    const error = await rejection(download(request));
    expect(error).not.to.be.instanceOf(DownloadError);
    expect(error.message).to.match(/^Cannot write .*file\.npz \(E\w+\): .*LAZYAHEAD_CACHE\.$/);
  });
});
