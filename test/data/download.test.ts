import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { DownloadError, type DownloadRequest, download } from '../../src/data/download.js';
import { type DataFolders, makeDataFolders, rejection } from '../support/data-folders.js';

const CONTENT = Buffer.alloc(200_000, 'a review ');
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');

describe('download', () => {
  let folders: DataFolders;
  let server: Server | undefined;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => {
    folders.remove();
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  /** A request for CONTENT from a server that answers as told. */
  async function requestFrom(listener: RequestListener): Promise<DownloadRequest> {
    const started = createServer(listener);
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    const { port } = started.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/file.npz`,
      path: join(folders.cache, 'data', 'file.npz'),
      bytes: CONTENT.length,
      sha256: SHA256,
      patience: 300,
    };
  }

  /** The message of a failed download, which has to be a DownloadError and leave nothing behind. */
  async function failureOf(listener: RequestListener): Promise<string> {
    const request = await requestFrom(listener);
    const error = await rejection(download(request));
    expect(error).to.be.instanceOf(DownloadError);
    expect(existsSync(folders.cache), 'nothing is left in the cache').to.equal(false);
    const start = `Could not download file.npz from ${request.url}: `;
    expect(error.message.startsWith(start), error.message).to.equal(true);
    return error.message.slice(start.length);
  }

  it('puts the file in place and reports its progress', async () => {
    const request = await requestFrom((_, response) => response.end(CONTENT));
    const progress: number[] = [];
    await download({
      ...request,
      onProgress: (received, total) => {
        expect(total).to.equal(CONTENT.length);
        progress.push(received);
      },
    });
    expect(readFileSync(request.path).equals(CONTENT)).to.equal(true);
    expect(readdirSync(join(folders.cache, 'data'))).to.deep.equal(['file.npz']);
    expect(progress.at(-1)).to.equal(CONTENT.length);
    expect(progress).to.deep.equal([...progress].sort((a, b) => a - b));
  });

  it('says what the server answered when that is no file', async () => {
    const reason = await failureOf((_, response) => response.writeHead(404).end('no'));
    expect(reason).to.equal('the server answered 404 Not Found.');
  });

  it('refuses another content than the published one', async () => {
    const other = Buffer.from(CONTENT);
    other[77] ^= 1;
    const reason = await failureOf((_, response) => response.end(other));
    expect(reason).to.match(/^its sha256 is [0-9a-f]{64} instead of [0-9a-f]{64}\.$/);
  });

  it('refuses a file that is shorter or longer than the published one', async () => {
    const shorter = await failureOf((_, response) => response.end(CONTENT.subarray(0, 1000)));
    expect(shorter).to.equal('it ended after 1000 of 200000 bytes.');
    server?.close();
    const longer = await failureOf((_, response) => {
      response.end(Buffer.concat([CONTENT, CONTENT]));
    });
    expect(longer).to.equal('it is longer than the published 200000 bytes.');
  });

  it('says how far it came when the connection breaks off', async () => {
    const reason = await failureOf((_, response) => {
      response.setHeader('content-length', CONTENT.length);
      response.write(CONTENT.subarray(0, 1000));
      setTimeout(() => response.destroy(), 50);
    });
    expect(reason).to.match(/^the connection broke off after 1000 of 200000 bytes \(.+\)\.$/);
  });

  it('gives up when nothing more comes', async () => {
    const reason = await failureOf((_, response) => response.write(CONTENT.subarray(0, 1000)));
    expect(reason).to.equal('nothing more came for 0.3 s after 1000 of 200000 bytes.');
  });

  it('gives up when the server does not answer', async () => {
    expect(await failureOf(() => {})).to.equal('no answer within 0.3 s.');
  });

  it('is patient with a slow server as long as something comes', async () => {
    const request = await requestFrom((_, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write(CONTENT.subarray(sent, sent + 50_000));
        sent += 50_000;
        if (sent < CONTENT.length) return;
        clearInterval(timer);
        response.end();
      }, 150); // four pieces: 600 ms in all, twice the patience
    });
    await download(request);
    expect(readFileSync(request.path).equals(CONTENT)).to.equal(true);
  });

  it('says so when the host cannot be reached', async () => {
    const request = await requestFrom(() => {});
    server?.close();
    const error = await rejection(download(request));
    expect(error).to.be.instanceOf(DownloadError);
    expect(error.message).to.match(/: the host cannot be reached \(ECONNREFUSED\)\.$/);
  });

  it('ends at once with the reason of an aborted signal', async () => {
    const request = await requestFrom((_, response) => response.write('a'));
    const stop = new AbortController();
    const ended = rejection(download({ ...request, signal: stop.signal }));
    stop.abort(new Error('stopped by the user'));
    expect((await ended).message).to.equal('stopped by the user');
    expect(existsSync(folders.cache)).to.equal(false);
  });

  it('says which folder cannot be written', async () => {
    const request = await requestFrom((_, response) => response.end(CONTENT));
    writeFileSync(folders.cache, 'a file where a folder should be');
    const error = await rejection(download(request));
    expect(error).not.to.be.instanceOf(DownloadError);
    expect(error.message).to.match(/^Cannot write .*file\.npz \(E\w+\): .*LAZYAHEAD_CACHE\.$/);
  });
});
