import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ROOT, temporaryFolder, write } from '../package/project.js';
import { rejection } from '../support/data-folders.js';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Set-up takes the folder that its own files are in for the one to set up. */
describe('set-up in a project that lazyahead is installed in', () => {
  let project: string;
  const part = (name: string) =>
    import(join(project, 'node_modules', 'lazyahead', 'scripts', 'setup', `${name}.mjs`));
  /** Runs one step if it is not done. @returns what it said. */
  const step = async (file: string, name: string): Promise<string[]> => {
    const { runSteps } = await part('steps');
    const said: string[] = [];
    await runSteps([(await part(file))[name]], (line: string) => said.push(line));
    return said;
  };

  beforeEach(() => {
    project = temporaryFolder('project');
    for (const path of ['package.json', 'scripts', 'notebooks']) {
      cpSync(join(ROOT, path), join(project, 'node_modules', 'lazyahead', path), {
        recursive: true,
      });
    }
    write(project, { 'package.json': {} });
  });

  describe('notebooks', () => {
    const notebooks = () => step('notebooks', 'notebooks');
    const read = (path: string) => readFileSync(join(project, path), 'utf8');

    it('are laid down, with a tsconfig.json', async () => {
      await notebooks();
      const names = readdirSync(join(ROOT, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
      expect(names).to.include('imdb.ipynb');
      expect(readdirSync(join(project, 'notebooks'))).to.include.members(names);
      expect(JSON.parse(read('tsconfig.json')).compilerOptions.strict).to.equal(true);
    });

    it('are laid down once', async () => {
      await notebooks();
      expect(await notebooks()).to.deep.equal([]);
    });

    it('that were changed stay; those that were removed come back', async () => {
      write(project, { 'notebooks/imdb.ipynb': 'mine', 'notebooks/own.ipynb': 'mine too' });
      await notebooks();
      rmSync(join(project, 'notebooks', 'lazy.ipynb'));
      await notebooks();
      expect(read('notebooks/imdb.ipynb')).to.equal('mine');
      expect(read('notebooks/own.ipynb')).to.equal('mine too');
      expect(existsSync(join(project, 'notebooks', 'lazy.ipynb'))).to.equal(true);
    });

    it("leave a project's own tsconfig.json as it is", async () => {
      write(project, { 'tsconfig.json': '{ "files": [] }' });
      await notebooks();
      expect(read('tsconfig.json')).to.equal('{ "files": [] }');
    });

    it('that cannot be laid down are told of in one sentence', async () => {
      write(project, { notebooks: 'a file' });
      const { message, remedy } = (await rejection(notebooks())) as Error & { remedy: string };
      expect(message).to.match(/^Set-up stopped at "notebooks": E\w+: .*notebooks'$/);
      expect(remedy).to.match(/^Put that right, then run it again\./);
    });
  });

  describe('the npm packages of the kit', () => {
    const isDone = async () => (await part('kit')).kitPackages.isDone();
    const modules = (name: string) => join(project, 'node_modules', name);

    beforeEach(() => {
      for (const name of manifest.kit) {
        mkdirSync(dirname(modules(name)), { recursive: true });
        symlinkSync(join(ROOT, 'node_modules', name), modules(name), 'junction');
      }
    });

    it('are done when they are there in the versions that the kit was tried with', async () => {
      expect(await isDone()).to.equal(true);
      rmSync(modules('jstat'));
      expect(await isDone()).to.equal(false);
    });

    it('may be of another version where the project itself asks for it', async () => {
      rmSync(modules('jstat'));
      write(project, { 'node_modules/jstat/package.json': { version: '1.9.5' } });
      expect(await isDone()).to.equal(false);
      write(project, { 'package.json': { dependencies: { jstat: '^1.9.5' } } });
      expect(await isDone()).to.equal(true);
    });

    it('stay out of projects that another package manager keeps, which is told how', async () => {
      rmSync(modules('jstat'));
      writeFileSync(join(project, 'pnpm-lock.yaml'), '');
      const failure = await rejection(step('kit', 'kitPackages'));
      const { message, remedy } = failure as Error & { remedy: string };
      expect(message).to.equal(
        `Set-up stopped at "the kit's npm packages": npm is not what keeps the packages of ${project}, where there is a pnpm-lock.yaml.`,
      );
      const { jstat } = manifest.devDependencies;
      expect(remedy).to.contain(`"pnpm add --save-dev --save-exact jstat@${jstat}"`);
    });
  });

  it('leaves a .venv that is not its own alone', async () => {
    write(project, { '.venv/bin/activate': '' });
    const { message, remedy } = (await rejection(step('python', 'python'))) as Error & {
      remedy: string;
    };
    expect(message).to.match(/: .*\.venv is there and is not lazyahead's\.$/);
    expect(remedy).to.match(/^Move it away, or set lazyahead up in another folder\./);
    expect(readdirSync(join(project, '.venv'))).to.deep.equal(['bin']);
  });
});
