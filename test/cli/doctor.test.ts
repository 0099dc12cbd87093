import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Findings } from '../../src/cli/doctor.js';
import { type DataFolders, makeDataFolders } from '../support/data-folders.js';
import { skip } from '../support/skip.js';

const ROOT = join(__dirname, '..', '..');

function doctor(...args: string[]) {
  const command = ['--import', 'tsx', 'src/cli/main.ts', 'doctor', ...args];
  return spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
}

describe('lazyahead doctor', () => {
  let folders: DataFolders;
  beforeEach(() => {
    folders = makeDataFolders();
  });
  afterEach(() => folders.remove());

  it('prints one line of JSON, with a remedy for the data set that is not there', () => {
    const { stdout, stderr, status } = doctor('--json');
    expect(status).to.equal(0);
    expect(stderr).to.equal('');
    const findings: Findings = JSON.parse(stdout);
    expect(findings.node).to.equal(process.versions.node);
    expect(findings.backend).to.be.oneOf(['tensorflow', 'wasm', 'cpu']);
    expect(findings.native.source).to.be.oneOf(['official', 'wheel', 'gpu', 'none']);
    expect(findings.threads).to.be.at.least(1);
    expect(findings).to.include.keys('python', 'jupyterlab', 'kernel');
    expect(findings.cache).to.equal(folders.cache);
    expect(findings.datasets).to.have.length(1);
    expect(findings.datasets[0]).to.include({ name: 'imdb', found: false, verified: false });
    expect(findings.remedies.join()).to.contain('imdb').and.contain('download');
  });

  it('finds the JupyterLab and the kernel that set-up has made', function () {
    if (!existsSync(join(ROOT, '.venv', '.lazyahead'))) skip(this, 'set-up has not run');
    const { python, jupyterlab, kernel, remedies }: Findings = JSON.parse(doctor('--json').stdout);
    expect(python).to.match(/^3\.\d+\.\d+/);
    expect(jupyterlab).to.match(/^4\.6\./);
    expect(kernel).to.equal(join(ROOT, '.venv/share/jupyter/kernels/tslab/kernel.json'));
    expect(remedies.join()).not.to.contain('npm run setup');
  });

  it('says the same to people, line by line', () => {
    const { stdout } = doctor();
    expect(stdout).to.contain(process.versions.node);
    for (const name of ['Backend', 'Native', 'Threads', 'Python', 'JupyterLab', 'Kernel', 'imdb']) {
      expect(stdout).to.contain(name);
    }
    expect(stdout).to.match(
      /Native +(none|.*with(out)? kernels for the LSTM and the cross-entropy)\n/,
    );
    expect(stdout).to.match(/Missing:\n- /);
  });
});
