import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { pack, ROOT } from './project.js';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the package', () => {
  it('is a tarball of at most 1 MB', () => {
    const { size, unpackedSize } = pack();
    expect(size).to.be.below(1_000_000);
    expect(unpackedSize, 'so that the sizes are of something').to.be.above(size);
  });

  it('has licence, notebooks, set-up and the sources of its native kernels', () => {
    expect(pack().paths).to.include.members([
      ...['LICENSE', 'README.md', 'notebooks/imdb.ipynb', 'src/native/ops.cc'],
      ...['scripts/init.mjs', 'scripts/setup/requirements.txt', 'scripts/setup/logo/logo-svg.svg'],
    ]);
  });

  it('has the Python programs that it starts', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const programs = sources.filter((name) => name.endsWith('.py'));
    expect(programs).to.include('kernel/run_notebook.py');
    expect(pack().paths).to.include.members(programs.map((name) => `src/${name}`));
  });

  it('has every file that package.json names', () => {
    const { main, types, bin, exports, typesVersions } = manifest;
    const named = JSON.stringify([main, types, bin, exports, typesVersions]).match(
      /\.\/[\w./-]+/g,
    )!;
    const paths = new Set(named.map((name) => name.slice(2)));
    for (const entry of Object.keys(exports)) paths.delete(entry.slice(2));
    expect(paths).to.include('dist/esm/index.js');
    expect(pack().paths).to.include.members([...paths, 'package.json']);
  });

  it('has the declarations that its entries lead to, and no others', () => {
    const paths = pack().paths.filter((path) => path.endsWith('.d.ts'));
    expect(paths).to.include('dist/optimizers/lookahead.d.ts');
    expect(paths).not.to.include('dist/kernel/main.d.ts');
  });

  it('has no tests, no caches, and no source maps, whose sources it lacks', () => {
    const folders = new Set(pack().paths.map((path) => path.split('/')[0]));
    expect([...folders].sort()).to.deep.equal(
      ['LICENSE', 'README.md', 'dist', 'notebooks', 'package.json', 'scripts', 'src'].sort(),
    );
    const strange = /\.map$|(?<!\.d)\.ts$|ipynb_checkpoints|\.venv|node_modules/;
    expect(pack().paths.filter((path) => strange.test(path))).to.deep.equal([]);
  });

  it('has nothing that publint finds fault with', async () => {
    const { publint } = await import('publint');
    const { formatMessage } = await import('publint/utils');
    const { buffer } = readFileSync(pack().file);
    const { messages } = await publint({
      pack: { tarball: buffer as ArrayBuffer },
      level: 'warning',
    });
    expect(messages.map((message) => formatMessage(message, manifest))).to.deep.equal([]);
  });

  it('has types that are right under every module resolution, says Are the types wrong?', () => {
    const attw = join(ROOT, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    const args = [attw, pack().file, '--format', 'json'];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const { analysis, problems } = JSON.parse(stdout);
    expect(problems ?? {}).to.deep.equal({});
    expect(Object.keys(analysis.entrypoints)).to.have.members(Object.keys(manifest.exports));
  });
});

describe('the dependencies', () => {
  const names = new Set<string>();
  before(() => {
    const code = pack().paths.filter((path) => /^dist\/.*\.(js|d\.ts)$/.test(path));
    for (const path of code) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
        if (!/^(\.|node:)/.test(fileName)) names.add(packageOf(fileName));
      }
    }
  });

  it('of the library are peers: nothing else comes with it', () => {
    expect(manifest).not.to.have.property('dependencies');
    expect(manifest).not.to.have.property('optionalDependencies');
    expect(manifest.peerDependencies).to.have.all.keys(
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
    );
  });

  it('of the kit are all named in the field "kit" of package.json', () => {
    expect(names).to.include('commander');
    const known = [...manifest.kit, ...Object.keys(manifest.peerDependencies), 'lazyahead'];
    expect([...names].filter((name) => !known.includes(name))).to.deep.equal([]);
  });

  it('of the kit have exact versions among the devDependencies', () => {
    for (const name of manifest.kit) {
      expect(manifest.devDependencies[name], name).to.match(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });
});

function packageOf(module: string): string {
  expect(builtinModules, `${module} is to be imported as node:${module}`).not.to.include(module);
  const parts = module.split('/');
  return parts.slice(0, module.startsWith('@') ? 2 : 1).join('/');
}
