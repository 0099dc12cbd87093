import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';

const ROOT = resolve(__dirname, '..');
const SRC = join(ROOT, 'src');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The directories of README's table, a list a row. */
const rows = [...README.matchAll(/^\| (`src\/.*?) \|/gm)].map(([, cell]) =>
  [...cell.matchAll(/src\/(\w+)\//g)].map(([, directory]) => directory),
);
const rowOf = (directory: string) =>
  rows.findIndex((directories) => directories.includes(directory));
const directories = readdirSync(SRC, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

/** What code imports: by import, export … from, require() and import(). */
const importsIn = (code: string) =>
  ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName);

/** What a directory's files import of src/, as paths from there. */
function importsOf(directory: string): { file: string; from: string }[] {
  return readdirSync(join(SRC, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(SRC, directory, name);
      const froms = importsIn(readFileSync(file, 'utf8')).filter((from) => from.startsWith('.'));
      return froms.map((from) => ({
        file: join(directory, name),
        from: resolve(file, '..', from).slice(SRC.length + 1),
      }));
    });
}

/** What is imported from outside of src/ when these files run, directly or by what they import. */
function outsideOf(files: string[]): string[] {
  const inside = new Set(files);
  const outside = new Set<string>();
  for (const file of inside) {
    // Compiled, for then types are no longer imported.
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions });
    for (const name of importsIn(outputText)) {
      if (name.startsWith('.')) inside.add(resolve(dirname(file), name.replace(/\.js$/, '.ts')));
      else outside.add(name);
    }
  }
  return [...outside].sort();
}

describe('the directories of src/', () => {
  it('are those of README’s table', () => {
    const names = directories.map(({ name }) => name);
    expect(rows.flat().sort()).to.deep.equal(names.sort());
  });

  for (const { name } of directories) {
    it(`${name} imports from directories of its row or above alone`, () => {
      const below = importsOf(name).filter(({ from }) => rowOf(from.split('/')[0]) > rowOf(name));
      expect(below.filter(({ from }) => from.includes('/'))).to.deep.equal([]);
    });
  }
});

describe('the library', () => {
  it('imports tf.js alone, for it runs in browsers', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.esm.json'), 'utf8'));
    const tfjs = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'];
    expect(outsideOf(files.map((file: string) => join(ROOT, file)))).to.deep.equal(tfjs);
  });

  it('would be found to import more, were it in a file that it imports', () => {
    expect(outsideOf([join(SRC, 'data', 'imdb-npz.ts')])).to.include('node:zlib');
  });
});
