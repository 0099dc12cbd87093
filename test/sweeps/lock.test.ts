import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/runtime/errors.js';
import { lockFolder } from '../../src/sweeps/lock.js';

describe('lockFolder', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-lock-'));
    file = join(folder, 'lock.json');
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
    writeFileSync(file, JSON.stringify({ pid, host: hostname() }));
    lockFolder(folder)();
    writeFileSync(file, '{"pid":');
    lockFolder(folder)();
  });

  it('does not judge a process on another machine', () => {
    writeFileSync(file, JSON.stringify({ pid: 1_000_000_000, host: 'elsewhere' }));
    expect(() => lockFolder(folder)).to.throw(UsageError, 'on elsewhere: wait');
  });
});
