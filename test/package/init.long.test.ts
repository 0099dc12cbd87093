import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCells } from '../kernel/notebooks.js';
import { skip } from '../support/skip.js';
import { install, pack, ROOT, run, temporaryFolder, write } from './project.js';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** With the real registries: some minutes. */
describe('npx lazyahead init in an empty project', function () {
  this.timeout(900_000);
  let project: string;
  const npx = (...args: string[]) => run('npx', ['lazyahead', ...args], project);
  const read = (...path: string[]) => readFileSync(join(project, ...path), 'utf8');
  const init = () => {
    const { status, stdout, stderr } = npx('init');
    expect(status, stdout + stderr).to.equal(0);
    return stdout;
  };
  /** What it has made that a user would miss, with the moment at which it was written. */
  const written = () => {
    const notebooks = readdirSync(join(project, 'notebooks')).map((name) => `notebooks/${name}`);
    const others = ['package.json', 'package-lock.json', 'tsconfig.json', '.venv/.lazyahead'];
    return [...others, ...notebooks].map((path) => [path, statSync(join(project, path)).mtimeMs]);
  };

  before(function () {
    if (run('python3', ['-c', 'import venv, ensurepip'], ROOT).status !== 0) {
      skip(this, 'no Python with venv found');
    }
    project = temporaryFolder('init');
    // As a project of today has it: newer than what the kernel is made for.
    install(this, project, pack().file, 'typescript@7.0.2');
    const { status, stderr } = npx('init', '--json');
    if (/Check the connection to https:\/\/pypi\.org/.test(stderr)) {
      skip(this, 'PyPI cannot be reached');
    }
    expect(status, stderr).to.equal(0);
  });

  it('lays down notebooks, kernelspec, virtual environment and tsconfig.json', () => {
    expect(readdirSync(join(project, 'notebooks'))).to.include('start-here.ipynb');
    const { argv } = JSON.parse(read('.venv/share/jupyter/kernels/tslab/kernel.json'));
    expect(argv[1]).to.equal(join(project, 'node_modules/lazyahead/dist/kernel/main.js'));
    expect(existsSync(argv[1])).to.equal(true);
    expect(readdirSync(project).sort()).to.deep.equal(
      [
        ...['.venv', 'node_modules', 'notebooks'],
        ...['package-lock.json', 'package.json', 'tsconfig.json'],
      ].sort(),
    );
  });

  it("adds the kit's packages as dev dependencies, beside the project's own TypeScript", () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    expect(dependencies).to.have.all.keys('lazyahead', 'typescript');
    expect(Object.keys(devDependencies)).to.have.members(manifest.kit);
  });

  it('a second time does nothing', () => {
    const before = written();
    expect(init()).to.match(/^\S+ is set up: "npx lazyahead lab" opens the notebooks[^\n]*\n$/);
    expect(written()).to.deep.equal(before);
  });

  it('brings a removed notebook back and leaves a changed one', () => {
    const whole = read('notebooks/lazy.ipynb');
    const mine = read('notebooks/tweak.ipynb');
    try {
      rmSync(join(project, 'notebooks', 'lazy.ipynb'));
      write(project, { 'notebooks/tweak.ipynb': 'mine' });
      expect(init()).to.contain('notebooks/lazy.ipynb').and.not.contain('tweak');
      expect(read('notebooks/lazy.ipynb')).to.equal(whole);
      expect(read('notebooks/tweak.ipynb')).to.equal('mine');
    } finally {
      write(project, { 'notebooks/tweak.ipynb': mine });
    }
  });

  it('leaves nothing that doctor misses but data', () => {
    const { status, stdout } = npx('doctor', '--json');
    expect(status).to.equal(0);
    const { jupyterlab, kernel, remedies } = JSON.parse(stdout);
    expect(jupyterlab).to.match(/^\d/);
    expect(kernel).to.contain(project);
    expect(remedies.filter((what: string) => !what.startsWith('Data set'))).to.deep.equal([]);
  });

  it('lets the first notebook run to its end', () => {
    const args = ['notebooks/start-here.ipynb', '--output', 'executed.ipynb'];
    const { status, stderr } = npx('notebook', 'run', ...args);
    expect(status, stderr).to.equal(0);
    const cells = readCells(join(project, 'executed.ipynb'));
    expect(cells.every((cell) => cell.execution_count !== null)).to.equal(true);
    expect(cells.flatMap((cell) => cell.outputs).length).to.be.above(1);
  });

  it('lets "lazyahead lab" open the notebooks, with lazyahead as the kernel', async () => {
    const bin = join(project, 'node_modules', '.bin', 'lazyahead');
    const lab = spawn(process.execPath, [bin, 'lab', '--no-browser', '--json'], { cwd: project });
    const ended = once(lab, 'exit');
    try {
      const [line] = await Promise.race([once(lab.stdout, 'data'), ended]);
      const { url, port, root } = JSON.parse(String(line));
      expect(root).to.equal(join(project, 'notebooks'));
      const token = new URL(url).searchParams.get('token');
      const get = async (path: string) => {
        const headers = { Authorization: `token ${token}` };
        return (await fetch(`http://127.0.0.1:${port}/api/${path}`, { headers })).json();
      };
      const { content } = (await get('contents')) as { content: { name: string }[] };
      expect(content.map(({ name }) => name)).to.include('start-here.ipynb');
      const specs = (await get('kernelspecs')) as {
        default: string;
        kernelspecs: Record<string, { spec: { display_name: string } }>;
      };
      expect(specs.default).to.equal('tslab');
      expect(specs.kernelspecs.tslab.spec.display_name).to.equal('lazyahead (TypeScript)');
    } finally {
      lab.kill('SIGTERM');
      await ended;
    }
  });
});
