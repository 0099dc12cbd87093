import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findPython } from '../../src/runtime/python.js';
import { skip } from '../support/skip.js';

describe('findPython', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lazyahead-python-'));
  const back = process.cwd();
  const { LAZYAHEAD_PYTHON, PYTHONPATH } = process.env;
  before(function () {
    if (spawnSync('python3', ['--version']).status !== 0) skip(this, 'no python3');
    process.env.LAZYAHEAD_PYTHON = 'python3';
    process.chdir(folder);
  });
  after(() => {
    process.chdir(back);
    for (const [name, value] of Object.entries({ LAZYAHEAD_PYTHON, PYTHONPATH })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  const find = (module: string) =>
    findPython({ modules: [module], requirements: [], venv: '' }, () => {}, { install: false });

  it('runs no module that lies in the folder that one stands in', async () => {
    writeFileSync(join(folder, 'json.py'), "open('was-run', 'w')");
    expect(await find('ctypes')).to.have.property('python', 'python3');
    expect(existsSync(join(folder, 'was-run'))).to.equal(false);
    writeFileSync(join(folder, 'only_here.py'), "__version__ = '1'");
    expect(await find('only_here')).to.have.property('reason');
  });

  it('finds modules where the user’s own variables say that they are', async () => {
    const modules = join(folder, 'modules');
    mkdirSync(modules);
    writeFileSync(join(modules, 'named_by_user.py'), "__version__ = '2'");
    process.env.PYTHONPATH = modules;
    expect(await find('named_by_user')).to.deep.equal({
      python: 'python3',
      versions: { named_by_user: '2' },
    });
  });
});
