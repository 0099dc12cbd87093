import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BackendInfo } from '../../src/runtime/backend.js';
import { describeEnvironment } from '../../src/runtime/environment.js';
import { skip } from '../support/skip.js';

const ROOT = join(__dirname, '..', '..');
const { version } = require('../../package.json');

const BACKEND: BackendInfo = {
  name: 'cpu',
  reason: 'It was asked for.',
  native: { source: 'none', version: null, kernels: false },
  threads: 1,
};

describe('describeEnvironment', () => {
  it('says what runs here and on what', () => {
    const environment = describeEnvironment(BACKEND);
    expect(environment).to.include({
      lazyahead: version,
      node: process.versions.node,
      platform: process.platform,
      backend: BACKEND,
    });
    expect(environment.cores).to.be.at.least(1);
    expect(environment.memory).to.be.above(1e8);
    expect(environment.tfjs['tfjs-core']).to.match(/^\d+\.\d+\.\d+$/);
    expect(Date.parse(environment.time)).to.be.closeTo(Date.now(), 60_000);
  });

  it('names the vector instructions on Linux and x86', function () {
    if (process.platform !== 'linux' || process.arch !== 'x64') skip(this, 'not Linux on x86');
    expect(describeEnvironment(BACKEND).instructions).to.match(/^(SSE4\.1|AVX|AVX2|AVX-512)$/);
  });

  it('is plain JSON: written and read back it is the same', () => {
    const environment = describeEnvironment(BACKEND);
    expect(JSON.parse(JSON.stringify(environment))).to.deep.equal(environment);
  });

  it('names the commit that is checked out', function () {
    if (!existsSync(join(ROOT, '.git'))) skip(this, 'not a git clone');
    const ask = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
    const { commit, modified } = describeEnvironment(BACKEND);
    expect(commit).to.equal(ask('rev-parse', 'HEAD').trim());
    expect(modified).to.equal(ask('status', '--porcelain') !== '');
  });
});
