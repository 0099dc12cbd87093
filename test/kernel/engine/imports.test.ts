import { join } from 'node:path';
import { expect } from 'chai';
import { Notebook } from './notebook.js';

/** A package in the notebook's node_modules, by the files below its folder. */
function installed(name: string, files: Record<string, string | object>) {
  const folder = `project/node_modules/${name}`;
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]),
  );
}

describe('an import in a cell', () => {
  const notebook = new Notebook('project/notebooks');
  const { run, errors } = notebook;

  before(() =>
    notebook.write({
      'project/src/rates.ts': 'export const rate: number = 0.1;\nexport default class Schedule {}',
      'project/src/all.ts':
        "export * from './rates.js';\nexport { rate as initial } from './rates';\nexport * as rates from './rates.ts';",
      'project/notebooks/own.ts': "export { rate } from '../src/rates';\nexport type Rate = 0.1;",
      'project/notebooks/plain.js': 'exports.twice = (x) => 2 * x;',
      'project/notebooks/typed.js': 'export const twice = (x) => 2 * x;',
      'project/notebooks/typed.d.ts': 'export declare function twice(x: number): number;',
      'project/notebooks/module.mjs': 'export default import.meta.url;',
      'project/notebooks/common.cjs': 'module.exports = { name: __filename };',
      'project/notebooks/old.cts': 'export const old = 1;',
      'project/notebooks/new.mts': 'export const next = await Promise.resolve(2);',
      'project/notebooks/later.ts':
        "import { next } from './new.mjs';\nexport const after = next + 1;",
      'project/notebooks/a.ts':
        "import { b } from './b.js';\nexport const a = () => 'a';\nexport const ab = () => a() + b();",
      'project/notebooks/b.ts':
        "import { a } from './a.js';\nexport const b = () => 'b';\nexport const ba = () => b() + a();",
      'project/notebooks/settings.json': { alpha: 0.5, steps: [5, 10] },
      'elsewhere/far.ts':
        "import { rate } from '../project/src/rates.js';\nexport const far = rate;",
      ...installed('by-exports', {
        'package.json': {
          name: 'by-exports',
          exports: {
            '.': { types: './types/main.d.ts', import: './esm/main.mjs', require: './cjs/main.js' },
            './extra': { types: './types/extra.d.ts', default: './cjs/extra.js' },
            './node': {
              types: './types/extra.d.ts',
              node: './cjs/node.js',
              default: './cjs/extra.js',
            },
          },
        },
        'types/main.d.ts': 'export declare const kind: string;',
        'types/extra.d.ts': 'export declare const extra: string;',
        'esm/main.mjs': "export const kind = 'esm';",
        'cjs/main.js': "exports.kind = 'cjs';",
        'cjs/extra.js': "exports.extra = 'extra';",
        'cjs/node.js': "exports.extra = 'for Node';",
      }),
      ...installed('es-only', {
        'package.json': { name: 'es-only', type: 'module', exports: './index.js' },
        'index.d.ts':
          'export declare let count: number;\nexport declare function add(): void;\ndeclare const name: string;\nexport default name;',
        'index.js':
          "export let count = 0;\nexport function add() { count++; }\nexport default await Promise.resolve('es');",
      }),
      'project/notebooks/uses-es.ts':
        "import * as es from 'es-only';\nexport const names = Object.keys(es);\nexport { count, default as name } from 'es-only';",
      ...installed('untyped', {
        'index.js': 'module.exports = function half(x) { return x / 2; };',
      }),
    }),
  );
  after(() => notebook.close());

  it('is relative to the notebook’s folder, with .ts, .js or nothing at its end', async () => {
    for (const end of ['', '.js', '.ts']) {
      expect(await run(`import { rate } from '../src/rates${end}'; rate`)).to.equal(0.1);
    }
    const far = "import { far } from '../../elsewhere/far'; far";
    expect(await run(far)).to.equal(0.1);
    expect(await run(`import { far } from '${notebook.folder}/elsewhere/far.ts'; far`)).to.equal(
      0.1,
    );
  });

  it('has every form that there is', async () => {
    expect(await run("import Schedule from '../src/rates'; Schedule.name")).to.equal('Schedule');
    expect(await run("import S, * as ns from '../src/rates'; S === ns.default")).to.equal(true);
    expect(await run("import { rate as r } from '../src/rates'; r")).to.equal(0.1);
    expect(await run("import type { Rate } from './own'; const only: Rate = 0.1; only")).to.equal(
      0.1,
    );
    expect(await run("import '../src/rates'")).to.equal(undefined);
    expect(await run("import rates = require('../src/rates'); rates.rate")).to.equal(0.1);
    expect(await run("export { rate as exported } from '../src/rates'; 0")).to.equal(0);
    expect(await run('exported')).to.equal(0.1);
    expect(await run("(await import('../src/rates.js')).rate")).to.equal(0.1);
    expect(await run("require('../src/rates').rate")).to.equal(0.1);
  });

  it('goes through what modules export again', async () => {
    const code = "import { rate, initial, rates } from '../src/all'; [rate, initial, rates.rate]";
    expect(await run(code)).to.deep.equal([0.1, 0.1, 0.1]);
    expect(await run("import { ab } from './a'; import { ba } from './b'; ab() + ba()")).to.equal(
      'abba',
    );
  });

  it('gives later cells the value and its type', async () => {
    await run("import { rate } from './own'");
    expect(await run('rate.toFixed(2)')).to.equal('0.10');
    expect(await errors('const text: string = rate')).to.contain("'number' is not assignable");
  });

  it('is checked: a file or a name that is not there is an error of its cell', async () => {
    expect(await errors("import { x } from './nowhere'")).to.match(/^In\[\d+\]:1:19 - TS2307: /);
    expect(await errors("import { ratio } from '../src/rates'")).to.match(
      /^In\[\d+\]:1:10 - TS2614: /,
    );
  });

  it('takes a file that was written after it had not been found', async () => {
    await errors("import { late } from './late.js'");
    notebook.write({ 'project/notebooks/late.ts': 'export const late = true;' });
    expect(await run("import { late } from './late.js'; late")).to.equal(true);
  });

  it('takes JavaScript: modules, CommonJS, with a declaration beside it', async () => {
    expect(await run("import { twice } from './plain.js'; twice(2)")).to.equal(4);
    expect(await run("import { twice } from './typed.js'; twice(2)")).to.equal(4);
    expect(await errors("import { twice } from './typed.js'; twice('2')")).to.contain('TS2345');
    expect(await run("import url from './module.mjs'; url")).to.match(/^file:.*\/module\.mjs$/);
    expect(await run("import { name } from './common.cjs'; name")).to.match(/\/common\.cjs$/);
    expect(await run("import { old } from './old.cjs'; old")).to.equal(1);
  });

  it('waits for a module with a top-level await, and for those that import it', async () => {
    expect(await run("import { next } from './new.mjs'; next")).to.equal(2);
    expect(await run("import { after } from './later'; after")).to.equal(3);
  });

  it('takes JSON, with its type', async () => {
    expect(await run("import settings from './settings.json'; settings.alpha")).to.equal(0.5);
    expect(await run("import { steps } from './settings.json'; steps[1].toFixed()")).to.equal('10');
    const attribute =
      "import again from './settings.json' with { type: 'json' }; again.steps.length";
    expect(await run(attribute)).to.equal(2);
    expect(await errors("import settings from './settings.json'; settings.beta")).to.contain(
      'beta',
    );
  });

  it('reads JSON as data, never as code, and begins after a byte order mark', async () => {
    notebook.write({
      'project/notebooks/marked.json': '\uFEFF{ "lr": 0.1 }',
      'project/notebooks/own.json': '{ "__proto__": { "lr": 0.1 } }',
      'project/notebooks/code.json': '{ "lr": (globalThis.ran = true, 0.1) }',
    });
    expect(await run("require('./marked.json').lr")).to.equal(0.1);
    // A key like all others, as JSON has it: the object's prototype stays what it is.
    expect(await run("Object.keys(require('./own.json'))")).to.deep.equal(['__proto__']);
    for (const load of ["require('./code.json')", "await import('./code' + '.json')"]) {
      const { ename, evalue } = await notebook.failure(load);
      expect(ename).to.equal('SyntaxError');
      const file = join(notebook.folder, 'project/notebooks/code.json');
      expect(evalue).to.match(new RegExp(`^${file} is no JSON: `));
    }
    expect(await run("'ran' in globalThis")).to.equal(false);
  });

  it('finds what a package exports, by Node’s conditions', async () => {
    expect(await run("import { kind } from 'by-exports'; kind")).to.equal('cjs');
    expect(await run("import { extra } from 'by-exports/extra'; extra")).to.equal('extra');
    expect(await run("import { extra } from 'by-exports/node'; extra")).to.equal('for Node');
    expect(
      await errors("import 'by-exports/cjs/main.js'; import { x } from 'by-exports/cjs/main.js'"),
    ).to.contain('TS2307');
    expect(
      await run("import fs, { existsSync } from 'node:fs'; fs.existsSync === existsSync"),
    ).to.equal(true);
  });

  it('takes a package that is nothing but an ES module, its exports live', async () => {
    const cell = "import name, { count, add } from 'es-only'; add(); [name, count]";
    expect(await run(cell)).to.deep.equal(['es', 1]);
    await run('add()');
    expect(await run('count')).to.equal(2);
    expect(await run("import * as es from 'es-only'; Object.keys(es)")).to.deep.equal([
      'add',
      'count',
      'default',
    ]);
    expect(await run("Object.keys(await import('es-only'))")).to.deep.equal([
      'add',
      'count',
      'default',
    ]);
    const through = "import { names, name as esName } from './uses-es'; [names, esName]";
    expect(await run(through)).to.deep.equal([['add', 'count', 'default'], 'es']);
  });

  it('takes a package without types only where it may be any', async () => {
    expect(await errors("import half from 'untyped'")).to.contain('TS7016');
    expect(await run("const half = require('untyped'); half(3)")).to.equal(1.5);
  });

  it('finds lazyahead and tslab wherever the notebook lies, and their types', async () => {
    expect(await run("import { Lookahead } from 'lazyahead'; Lookahead.name")).to.equal(
      'Lookahead',
    );
    expect(await run("import { progress } from 'lazyahead/notebook'; progress.name")).to.equal(
      'progress',
    );
    expect(await errors("import { Lookbehind } from 'lazyahead'")).to.contain('TS2305');
    expect(await run("import * as tslab from 'tslab'; typeof tslab.display.html")).to.equal(
      'function',
    );
    expect(await errors('tslab.display.html(5)')).to.contain('TS2345');
  });

  it('names the cell’s own place as a file in the notebook’s folder', async () => {
    const folder = join(notebook.folder, 'project/notebooks');
    expect(await run('__dirname')).to.equal(folder);
    expect(await run("new URL('settings.json', import.meta.url).pathname")).to.equal(
      join(folder, 'settings.json'),
    );
    expect(await run("require.resolve('./plain.js')")).to.equal(join(folder, 'plain.js'));
  });

  it('waits for a module that another one is loading', async () => {
    notebook.write({
      'project/notebooks/slow.ts':
        'await new Promise((done) => setTimeout(done, 50));\nexport const slow = 1;',
      'project/notebooks/left.ts': "import { slow } from './slow';\nexport const left = slow;",
      'project/notebooks/right.ts': "import { slow } from './slow';\nexport const right = slow;",
    });
    const both = "const [l, r] = await Promise.all([import('./left'), import('./right')]);";
    expect(await run(`${both} [l.left, r.right]`)).to.deep.equal([1, 1]);
  });

  it('of a failing module fails its cell, and is tried again with the next', async () => {
    notebook.write({
      'project/notebooks/flaky.ts': "export const ok = 1;\nthrow new Error('not yet');",
    });
    const cell = "import { ok } from './flaky'; ok";
    const { evalue, traceback } = await notebook.failure(cell);
    expect(evalue).to.equal('not yet');
    expect(traceback[1]).to.match(/\/flaky\.ts:2:7\)?$/);
    notebook.write({ 'project/notebooks/flaky.ts': 'export const ok = 1;' });
    expect(await run(cell)).to.equal(1);
  });
});
