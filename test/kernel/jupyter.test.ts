import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { findJupyter } from '../../src/kernel/jupyter.js';

describe('findJupyter', () => {
  const venv = mkdtempSync(join(tmpdir(), 'lazyahead-venv-'));
  const python = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
  after(() => rmSync(venv, { recursive: true, force: true }));

  it('says what is missing and what to run, first for Python, then for the kernel', () => {
    expect(() => findJupyter(venv)).to.throw(/JupyterLab is not installed .* run "npm run setup"/);
    mkdirSync(dirname(join(venv, python)), { recursive: true });
    writeFileSync(join(venv, python), '');
    expect(() => findJupyter(venv)).to.throw(/does not know our kernel .* run "npm run setup"/);
  });

  it('prefers the kernels of its own environment to those a user has registered', () => {
    const kernelspec = join(venv, 'share/jupyter/kernels/tslab/kernel.json');
    mkdirSync(dirname(kernelspec), { recursive: true });
    writeFileSync(kernelspec, '{}');
    expect(findJupyter(venv).env).to.include({ JUPYTER_PREFER_ENV_PATH: '1' });
  });
});
