import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { rejection } from '../support/data-folders.js';
import { skip } from '../support/skip.js';

const ROOT = join(__dirname, '..', '..');

/** Set-up's own parts, plain JavaScript without types. */
const part = (name: string) => import(`${ROOT}/scripts/setup/${name}.mjs`);

interface StepFailure extends Error {
  remedy: string;
}

describe('the steps of set-up', () => {
  it('run in order, those that are done already left alone', async () => {
    const { runSteps } = await part('steps');
    const done = new Set(['b']);
    const ran: string[] = [];
    const steps = ['a', 'b', 'c'].map((name) => ({
      name,
      isDone: () => done.has(name),
      run() {
        ran.push(name);
        done.add(name);
      },
    }));
    const printed: string[] = [];
    expect(await runSteps(steps, (line: string) => printed.push(line))).to.equal(2);
    expect(ran).to.deep.equal(['a', 'c']);
    expect(printed[0]).to.contain('a');
    expect(printed[1]).to.match(/done in \d+\.\d s/);

    printed.length = 0;
    expect(await runSteps(steps, (line: string) => printed.push(line))).to.equal(0);
    expect(printed).to.be.empty;
  });

  it('end at the one that fails, which is named with cause and remedy; the next run begins there', async () => {
    const { runSteps, StepFailure } = await part('steps');
    const ran: string[] = [];
    let online = false;
    const done = new Set<string>();
    const step = (name: string, needsNet: boolean) => ({
      name,
      isDone: () => done.has(name),
      run() {
        ran.push(name);
        if (needsNet && !online) throw new StepFailure('no answer.', 'Plug it in.');
        done.add(name);
      },
    });
    const steps = [step('first', false), step('second', true), step('third', false)];
    const failure = (await rejection(runSteps(steps, () => {}))) as StepFailure;
    expect(failure.message).to.contain('second').and.contain('no answer.');
    expect(failure.remedy).to.contain('Plug it in.');
    expect(ran).to.deep.equal(['first', 'second']);

    online = true;
    await runSteps(steps, () => {});
    expect(ran).to.deep.equal(['first', 'second', 'second', 'third']);
  });
});

describe('set-up as a command', () => {
  const setUp = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/setup.mjs', ...args], { cwd: ROOT, encoding: 'utf8' });

  it('run again, ends within seconds and touches nothing', function () {
    this.timeout(600_000);
    expect(setUp().status).to.equal(0);
    const files = [
      'dist',
      'dist/index.js',
      '.venv',
      'node_modules',
      'node_modules/.lazyahead.json',
    ];
    const times = () => files.map((file) => statSync(join(ROOT, file)).mtimeMs);
    const before = times();
    const seconds = [1, 2, 3].map(() => {
      const start = performance.now();
      expect(setUp().stdout).to.equal('Set-up is complete.\n');
      return (performance.now() - start) / 1000;
    });
    // A second where the machine is idle, the best of three where it is not.
    expect(Math.min(...seconds)).to.be.below(10);
    expect(times()).to.deep.equal(before);
  });

  it('refuses a native way that does not exist', () => {
    const { status, stderr } = setUp('--native=pip');
    expect(status).to.equal(2);
    expect(stderr).to.equal('There is no native way "pip": choose auto, official, wheel, none.\n');
  });
});

describe('a folder in the cache that clones share', () => {
  let cache: string;
  let folder: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'lazyahead-cache-'));
    folder = join(cache, 'libraries');
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  /** Who has made the folder, after this set-up has; another's is there by the time it has. */
  async function makerOf(files: string[], meanwhile?: { file: string }): Promise<string> {
    const { makeFolder } = await part('native-wheel');
    await makeFolder(folder, files, (place: string) => {
      for (const file of files) writeFileSync(join(place, file), 'this one');
      if (!meanwhile) return;
      mkdirSync(folder);
      writeFileSync(join(folder, meanwhile.file), 'the other');
    });
    expect(readdirSync(cache), 'leftovers').to.deep.equal(['libraries']);
    return readFileSync(join(folder, files[0]), 'utf8');
  }

  it('is made', async () => {
    expect(await makerOf(['a.so'])).to.equal('this one');
  });

  it("is another clone's that was faster", async () => {
    expect(await makerOf(['a.so'], { file: 'a.so' })).to.equal('the other');
  });

  it('is replaced where it lacks a file', async () => {
    expect(await makerOf(['a.so', 'b.so'], { file: 'b.so' })).to.equal('this one');
  });
});

describe('the search for Python', () => {
  const path = process.env.PATH;
  let folder: string;
  beforeEach(function () {
    if (process.platform === 'win32') skip(this, 'the stand-ins are shell scripts');
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-python-'));
    process.env.PATH = folder;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  /** The failure that set-up's Python step ends with, where python3 is this shell script. */
  async function failureWith(script?: string): Promise<StepFailure> {
    if (script) {
      writeFileSync(join(folder, 'python3'), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, 'python3'), 0o755);
    }
    const { python } = await part('python');
    return (await rejection(python.run(() => {}))) as StepFailure;
  }

  it('says so when there is none', async () => {
    const { message, remedy } = await failureWith();
    expect(message).to.contain('no Python was found');
    expect(remedy).to.contain('Install Python 3.10');
  });

  it('says which one is too old', async () => {
    const { message } = await failureWith('echo 3.9.2');
    expect(message).to.contain('python3 is Python 3.9.2').and.contain('3.10 or later');
  });

  it("says what Debian's lacks", async () => {
    const { message, remedy } = await failureWith('echo 3.12.3; echo ModuleNotFoundError; exit 1');
    expect(message).to.contain('has no venv or ensurepip');
    expect(remedy).to.contain('apt-get install python3-venv');
  });
});

describe('a program that set-up runs', () => {
  it('that fails is quoted with its first error', async () => {
    const { run } = await part('run');
    const script = 'console.error("npm error code E1\\nnpm error no such host"); process.exit(3)';
    const { ok, cause } = await run(process.execPath, ['-e', script]);
    expect(ok).to.be.false;
    expect(cause).to.equal('no such host');
  });

  it('that does not exist is named', async () => {
    const { run } = await part('run');
    expect((await run('no-such-program', [])).cause)
      .to.contain('no-such-program')
      .and.contain('ENOENT');
  });

  it('that stalls is killed with all it has started', async function () {
    if (process.platform === 'win32') skip(this, 'process groups are of Unix');
    const { run } = await part('run');
    // The grandchild holds standard output open for a minute, unless it is killed as well.
    const script = `
      require('child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
      console.log('started');`;
    let sinceOutput = 0;
    const start = performance.now();
    const { ok, cause } = await run(process.execPath, ['-e', script], {
      stalled: (length: number) => length > 0 && ++sinceOutput > 1,
    });
    expect(ok).to.be.false;
    expect(cause).to.contain('stopped making progress');
    expect(performance.now() - start).to.be.below(45_000);
  });
});

describe('the address that tfjs-node’s library is downloaded from', () => {
  it('is that of the first variable that names one, or Google’s', async () => {
    const { downloadAddress } = await part('native-official');
    expect(downloadAddress({})).to.equal('https://storage.googleapis.com/');
    const both = { TFJS_NODE_BASE_URI: '', CDN_STORAGE: 'https://mirror.example/tf' };
    expect(downloadAddress(both)).to.equal('https://mirror.example/tf');
  });

  it('is refused by a sentence where it is none, so that the next way is taken', async () => {
    const { download, downloadAddress } = await part('native-official');
    const { StepFailure } = await part('steps');
    for (const [address, shown] of [
      ['mirror.example/tf', 'mirror.example/tf'],
      ['ftp://me:secret@mirror.example/tf', '…@mirror.example/tf'],
      ['localhost:8080/tf', 'localhost:8080/tf'],
      ['https://', 'https://'],
    ]) {
      expect(() => downloadAddress({ TFJS_NODE_BASE_URI: address })).to.throw(
        StepFailure,
        `TFJS_NODE_BASE_URI is ${shown}, which is no http or https address: correct or unset it.`,
      );
    }
    const before = process.env.TFJS_NODE_BASE_URI;
    process.env.TFJS_NODE_BASE_URI = 'ftp://mirror.example';
    try {
      const error = await download('tfjs-node', [], () => {}).catch((error: Error) => error);
      expect(error).to.be.instanceOf(StepFailure);
    } finally {
      if (before === undefined) delete process.env.TFJS_NODE_BASE_URI;
      else process.env.TFJS_NODE_BASE_URI = before;
    }
  });
});

describe('the probe of a download host', () => {
  let server: Server;
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const proxies = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  const before = { ...process.env };
  beforeEach(() => {
    for (const name of proxies) delete process.env[name];
  });
  afterEach((done) => {
    for (const name of proxies) {
      if (before[name] !== undefined) process.env[name] = before[name];
    }
    server.close(() => done());
  });
  const listen = () => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  it('gives up on one that accepts and never answers', async () => {
    const { probe } = await part('native-official');
    server = createServer((socket) => socket.resume());
    await listen();
    const start = performance.now();
    expect(await probe(address(), 300)).to.equal('no answer within 0.3 s');
    expect(performance.now() - start).to.be.below(20_000);
  });

  it('says why there is no connection', async () => {
    const { probe } = await part('native-official');
    server = createServer();
    await listen();
    const closed = address();
    await new Promise((resolve) => server.close(resolve));
    server = createServer();
    await listen();
    expect(await probe(closed, 5000)).to.equal('ECONNREFUSED');
  });

  it('is content with any answer', async () => {
    const { probe } = await part('native-official');
    server = createHttpServer((_, response) => response.writeHead(404).end());
    await listen();
    expect(await probe(address(), 5000)).to.be.null;
  });
});
