import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Notebook } from './notebook.js';

describe('a local module that is edited', () => {
  let notebook: Notebook;

  before(() => {
    notebook = new Notebook('notebooks');
  });
  after(() => notebook.close());

  it('is loaded again when its cell is run again, and not before', async () => {
    const cell = "import { rate } from '../rate.js'; rate";
    notebook.write({ 'rate.ts': 'export const rate = 0.1;' });
    expect(await notebook.run(cell)).to.equal(0.1);
    notebook.write({ 'rate.ts': 'export const rate = 0.2;' });
    expect(await notebook.run('rate')).to.equal(0.1);
    expect(await notebook.run(cell)).to.equal(0.2);
    expect(await notebook.run('rate')).to.equal(0.2);
  });

  it('has its new types as well', async () => {
    const cell = "import { size } from './size'; const bytes: number = size;";
    notebook.write({ 'notebooks/size.ts': "export const size = 'large';" });
    expect(await notebook.errors(cell)).to.contain('TS2322');
    notebook.write({ 'notebooks/size.ts': 'export const size = 3;\nexport const unit = "MB";' });
    await notebook.run(cell);
    expect(await notebook.run("import { size, unit } from './size'; size + unit")).to.equal('3MB');
  });

  it('counts for those who import it, through re-exports, default exports and cycles', async () => {
    notebook.write({
      'chain/a.ts': "export const a = () => 'a1';",
      'chain/index.ts': "export * from './a';",
      'chain/top.ts': "import * as chain from './index';\nexport default () => 'top ' + chain.a();",
      'chain/x.ts':
        "import { y } from './y';\nexport const x = 'x1';\nexport const xy = () => x + y;",
      'chain/y.ts':
        "import { x } from './x';\nexport const y = 'y1';\nexport const yx = () => y + x;",
    });
    const cells = [
      "import { a } from '../chain'; a()",
      "import top from '../chain/top.ts'; top()",
      "import { xy } from '../chain/x'; xy()",
    ];
    const values = async () => {
      const all: unknown[] = [];
      for (const cell of cells) all.push(await notebook.run(cell));
      return all;
    };
    expect(await values()).to.deep.equal(['a1', 'top a1', 'x1y1']);
    notebook.write({
      'chain/a.ts': "export const a = () => 'a2';",
      'chain/y.ts':
        "import { x } from './x';\nexport const y = 'y2';\nexport const yx = () => y + x;",
    });
    expect(await values()).to.deep.equal(['a2', 'top a2', 'x1y2']);
  });

  it('counts for a module that had not been loaded before', async () => {
    notebook.write({ 'late/a.ts': 'export const a = 1;', 'late/b.ts': "export { a } from './a';" });
    expect(await notebook.run("import { a } from '../late/a'; a")).to.equal(1);
    notebook.write({ 'late/a.ts': 'export const a = 2;' });
    expect(await notebook.run("import { a } from '../late/b'; a")).to.equal(2);
  });

  it('is loaded again by import() and by require, with its new types', async () => {
    const cells = [
      "(await import('../dynamic.js')).value",
      "(require('../dynamic') as { value: unknown }).value",
    ];
    for (const cell of cells) {
      notebook.write({ 'dynamic.ts': 'export const value = 1;' });
      expect(await notebook.run(cell)).to.equal(1);
      notebook.write({ 'dynamic.ts': "export const value = 'one';" });
      expect(await notebook.run(cell)).to.equal('one');
    }
    const added = "(await import('../dynamic.js')).added";
    expect(await notebook.errors(added)).to.contain('TS2339');
    notebook.write({ 'dynamic.ts': 'export const added = true;' });
    expect(await notebook.run(added)).to.equal(true);
  });

  it('may be JavaScript with a declaration beside it, or JSON', async () => {
    notebook.write({
      'js/a.js': 'export const a = 1;',
      'js/a.d.ts': 'export declare const a: number;',
      'js/b.json': { b: 1 },
    });
    const cell = "import { a } from '../js/a'; import { b } from '../js/b.json'; [a, b]";
    expect(await notebook.run(cell)).to.deep.equal([1, 1]);
    notebook.write({ 'js/a.js': 'export const a = 2;', 'js/b.json': { b: 2 } });
    expect(await notebook.run(cell)).to.deep.equal([2, 2]);
  });

  it('leaves those alone that have not changed: they keep their state', async () => {
    notebook.write({
      'state/counter.ts': 'let n = 0;\nexport const next = () => ++n;',
      'state/other.ts': 'export const other = 1;',
    });
    const cell =
      "import { next } from '../state/counter'; import { other } from '../state/other'; next()";
    expect(await notebook.run(cell)).to.equal(1);
    notebook.write({ 'state/other.ts': 'export const other = 2;' });
    expect(await notebook.run(cell)).to.equal(2);
    // The same text with another time.
    notebook.write({ 'state/counter.ts': 'let n = 0;\nexport const next = () => ++n;' });
    expect(await notebook.run(cell)).to.equal(3);
  });

  it('that is gone is an error of its cell', async () => {
    const cell = "import { gone } from '../gone'; gone";
    notebook.write({ 'gone.ts': 'export const gone = 1;' });
    expect(await notebook.run(cell)).to.equal(1);
    rmSync(join(notebook.folder, 'gone.ts'));
    expect(await notebook.errors(cell)).to.contain('TS2307');
  });

  it('tells of its mistakes, in its own lines', async () => {
    notebook.write({ 'wrong.ts': '\nexport const n: number = "1";' });
    expect(await notebook.errors("import { n } from '../wrong'")).to.match(
      /^\.\.\/wrong\.ts:2:14 - TS2322: /,
    );
    notebook.write({ 'wrong.ts': '\nexport const n: number = 1;' });
    expect(await notebook.run("import { n } from '../wrong'; n")).to.equal(1);
  });
});
