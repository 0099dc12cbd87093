import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/runtime/errors.js';
import { lockFolder } from '../../src/runtime/lock.js';
import { ROOT } from '../cli/command.js';
import { skip } from '../support/skip.js';

describe('lockFolder', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-lock-'));
    file = join(folder, 'lock-1');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps a second one out until the first has let go', () => {
    const release = lockFolder(folder);
    expect(() => lockFolder(folder)).to.throw(
      UsageError,
      `${folder} is being used by process ${process.pid} on ${hostname()}`,
    );
    release();
    expect(existsSync(file)).to.equal(false);
    lockFolder(folder)();
  });

  it('takes over what a process has left that is no more', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file, JSON.stringify({ pid, host: hostname(), started: '' }));
    lockFolder(folder)();
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is not deceived by a process that has got the number of one that is no more', function () {
    if (process.platform !== 'linux' && process.platform !== 'darwin') {
      skip(this, 'no way to tell when a process started');
    }
    const before = { pid: process.pid, host: hostname(), started: 'long ago' };
    writeFileSync(file, JSON.stringify(before));
    lockFolder(folder)();
    writeFileSync(file, JSON.stringify({ ...before, started: '' }));
    expect(() => lockFolder(folder)).to.throw(UsageError);
  });

  it('lets one in of many that come at once to what a dead process has left', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    // Each says when it is ready, goes to every folder that it is told of, and ends with its input.
    const program = `
      const { lockFolder } = require('./src/runtime/lock.ts');
      process.stdin.on('data', (folder) => {
        try {
          lockFolder(String(folder));
          process.stdout.write('in');
        } catch (error) {
          process.stdout.write(error.name);
        }
      });
      process.stdout.write('ready');`;
    const all = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['-r', 'tsx/cjs', '-e', program], { cwd: ROOT }),
    );
    const ended = all.map((each) => once(each, 'close'));
    const words = () =>
      Promise.all(all.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
    await words();
    const said: string[][] = [];
    for (const name of Array.from({ length: 20 }, (_, i) => `contended-${i}`)) {
      mkdirSync(join(folder, name));
      const left = JSON.stringify({ pid, host: hostname(), started: '' });
      writeFileSync(join(folder, name, 'lock-1'), left);
      for (const { stdin } of all) stdin.write(join(folder, name));
      said.push((await words()).sort());
    }
    for (const { stdin } of all) stdin.end();
    await Promise.all(ended);
    expect(said).to.deep.equal(Array(20).fill([...Array(5).fill('UsageError'), 'in']));
  });

  it('does not judge a process on another machine', () => {
    writeFileSync(file, JSON.stringify({ pid: 1_000_000_000, host: 'elsewhere' }));
    expect(() => lockFolder(folder)).to.throw(UsageError, 'on elsewhere: wait');
  });
});
