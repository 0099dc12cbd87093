import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { get, withoutCredentials } from '../../src/data/http.js';
import { packageArchive } from '../../src/data/npm-registry.js';
import {
  type DataFolders,
  makeDataFolders,
  rejection,
  setEnvironment,
} from '../support/data-folders.js';
import { type FileServer, startFileServer } from '../support/file-server.js';

const read = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await get(url, { headers, signal: AbortSignal.timeout(30_000) });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  answer.close();
  return { status: answer.status, text: Buffer.concat(chunks).toString() };
};

describe('an address without credentials', () => {
  it('is as it was where it has none, an @ in its path or not', () => {
    for (const address of ['https://host/@scope/a', 'http://127.0.0.1:8080', 'proxy:8080']) {
      expect(withoutCredentials(address)).to.equal(address);
    }
  });

  it('has neither name nor password, whatever is in them', () => {
    for (const [address, shown] of [
      ['http://user:s3cret@host/m', 'http://…@host/m'],
      ['https://user:s3%40c@host:81/m?a=b@c', 'https://…@host:81/m?a=b@c'],
      ['https://token@host/', 'https://…@host/'],
      ['http://u:p@ss@host/m', 'http://…@host/m'],
      // None of these is an address that is taken.
      ['user:s3cret@proxy:8080', '…@proxy:8080'],
      ['http://u:p/w@host', '…@host'],
    ]) {
      expect(withoutCredentials(address)).to.equal(shown);
    }
  });
});

describe('requests to the net', () => {
  let folders: DataFolders;
  let server: FileServer;
  let proxy: Server;
  /** What the proxy was asked for. */
  const asked: string[] = [];
  beforeEach(async () => {
    folders = makeDataFolders();
    server = await startFileServer((_, response) => response.end('from the server'));
    asked.length = 0;
    proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('from the proxy');
    });
    proxy.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      const { port } = new URL(server.url);
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) end.on('error', () => {});
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.close();
    proxy.closeAllConnections();
    proxy.close();
    folders.remove();
  });
  const proxyUrl = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  it('go to the host itself where no proxy is set, or NO_PROXY names the host', async () => {
    expect(await read(server.url)).to.deep.equal({ status: 200, text: 'from the server' });
    setEnvironment({ HTTP_PROXY: proxyUrl(), NO_PROXY: 'localhost,127.0.0.1' });
    expect((await read(server.url)).text).to.equal('from the server');
    expect(asked).to.deep.equal([]);
  });

  it('go to the proxy of HTTP_PROXY, in upper and lower case', async () => {
    for (const name of ['HTTP_PROXY', 'http_proxy']) {
      setEnvironment({ HTTP_PROXY: undefined, [name]: proxyUrl(), NO_PROXY: undefined });
      expect((await read('http://data.example/file')).text).to.equal('from the proxy');
    }
    expect(asked).to.deep.equal(Array(2).fill('GET http://data.example/file'));
  });

  it('go through a tunnel of HTTPS_PROXY to https hosts', async () => {
    setEnvironment({ HTTPS_PROXY: proxyUrl() });
    // The server behind the tunnel speaks no TLS.
    await rejection(read('https://data.example/file'));
    expect(asked).to.deep.equal(['CONNECT data.example:443']);
  });

  it('follow redirections, and take credentials to no other host', async () => {
    const authorized: (string | undefined)[] = [];
    const other = await startFileServer((request, response) => {
      authorized.push(request.headers.authorization);
      response.end('from the other host');
    });
    server.answer = (request, response) => {
      authorized.push(request.headers.authorization);
      response.writeHead(302, { location: `${other.url}/there` }).end();
    };
    const { text } = await read(server.url, { authorization: 'Bearer secret' });
    other.close();
    expect(text).to.equal('from the other host');
    expect(authorized).to.deep.equal(['Bearer secret', undefined]);
  });

  it('do not follow redirections for ever', async () => {
    server.answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
    const answer = await read(server.url).catch((error: Error) => error);
    expect(answer instanceof Error || answer.status === 302).to.equal(true);
    expect(server.asked.length).to.be.below(10);
  });
});

describe('packageArchive', () => {
  it('is in the registry that npm is configured for, with its token', () => {
    const folders = makeDataFolders();
    const userconfig = folders.put(
      join(folders.data, '.npmrc'),
      'registry=https://registry.example/npm\n//registry.example/npm/:_authToken=secret\n',
    );
    const names = ['npm_config_userconfig', 'npm_config_registry', 'NPM_CONFIG_REGISTRY'];
    const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
    try {
      setEnvironment({
        ...before,
        npm_config_registry: undefined,
        npm_config_userconfig: userconfig,
      });
      expect(packageArchive('letters', '1.2.3')).to.deep.equal({
        url: 'https://registry.example/npm/letters/-/letters-1.2.3.tgz',
        headers: { authorization: 'Bearer secret' },
      });
      setEnvironment({ npm_config_registry: 'https://another.example/' });
      expect(packageArchive('letters', '1.2.3')).to.deep.equal({
        url: 'https://another.example/letters/-/letters-1.2.3.tgz',
        headers: {},
      });
    } finally {
      setEnvironment(before);
      folders.remove();
    }
  });
});
