import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const SRC = resolve(__dirname, '..', 'src');
const README = readFileSync(resolve(__dirname, '..', 'README.md'), 'utf8');

/** The directories of README's table, a list a row. */
const rows = [...README.matchAll(/^\| (`src\/.*?) \|/gm)].map(([, cell]) =>
  [...cell.matchAll(/src\/(\w+)\//g)].map(([, directory]) => directory),
);
const rowOf = (directory: string) =>
  rows.findIndex((directories) => directories.includes(directory));
const directories = readdirSync(SRC, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

/** What a directory's files import of src/, as paths from there. */
function importsOf(directory: string): { file: string; from: string }[] {
  return readdirSync(join(SRC, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(SRC, directory, name);
      const froms = [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)];
      return froms.map(([, from]) => ({
        file: join(directory, name),
        from: resolve(file, '..', from).slice(SRC.length + 1),
      }));
    });
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

  for (const name of ['embedding', 'optimizers', 'layers']) {
    it(`${name} imports nothing of Node’s`, () => {
      const files = readdirSync(join(SRC, name), { recursive: true, encoding: 'utf8' });
      for (const file of files.filter((each) => each.endsWith('.ts'))) {
        const source = readFileSync(join(SRC, name, file), 'utf8');
        expect(source, file).not.to.match(/from '(node:|fs|path)/);
      }
    });
  }
});
