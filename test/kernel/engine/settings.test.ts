import { expect } from 'chai';
import { Notebook } from './notebook.js';

/** Runs a test in a notebook among these files. */
async function within(
  files: Record<string, string | object>,
  test: (notebook: Notebook) => Promise<void>,
): Promise<void> {
  const notebook = new Notebook('project/notebooks').write(files);
  try {
    await test(notebook);
  } finally {
    notebook.close();
  }
}

const SLOPPY = 'function twice(x) { return 2 * x; }';
const UNCHECKED = 'const one: number = [1][0];';

describe('the compiler’s settings', () => {
  it('are strict where the author has none', () =>
    within({}, async ({ errors, run }) => {
      expect(await errors(SLOPPY)).to.contain('TS7006');
      expect(await errors('const text: string = null')).to.contain('TS2322');
      await run(UNCHECKED);
      // Node's types and the standard library, but no browser's.
      expect(await run('Buffer.from([65]).toString() + [1, 2].at(-1)')).to.equal('A2');
      expect(await errors('document')).to.contain('TS2584');
    }));

  it('do not matter to a cell that begins with `// @ts-nocheck`', () =>
    within({}, async ({ errors, run }) => {
      const wrong = 'const text: string = 5; nowhere?.x; ';
      expect(await run(`// Loose.\n// @ts-nocheck\nlet nowhere; ${SLOPPY} twice(2)`)).to.equal(4);
      expect(await errors(`// @ts-nocheck\nconst = 1`)).to.contain('TS1134');
      expect(await errors(`${wrong}\n// @ts-nocheck`)).to.contain('TS2322');
      expect(await errors(wrong)).to.contain('In[4]:1:7 - TS2322');
    }));

  it('allow the syntax that Node 20 runs', () =>
    within(
      { 'project/notebooks/letters.ts': 'export const letters = /[\\p{L}--[a-z]]/v;' },
      async ({ run }) => {
        expect(await run("/[\\p{L}--[a-z]]/v.test('a')")).to.equal(false);
        expect(await run("import { letters } from './letters'; letters.test('A')")).to.equal(true);
      },
    ));

  it('are those of the nearest tsconfig.json, comments and `extends` included', () =>
    within(
      {
        'base.json': { compilerOptions: { strict: true, noUncheckedIndexedAccess: true } },
        'project/tsconfig.json': `{
          // Nearer than none.
          "extends": "../base.json",
          "compilerOptions": { "noImplicitAny": false, "lib": ["es2023", "dom"] },
        }`,
      },
      async ({ errors, run }) => {
        await run(SLOPPY);
        expect(await errors(UNCHECKED)).to.contain('TS2322');
        expect(await run('typeof document as string')).to.equal('undefined');
      },
    ));

  it('may be loose', () =>
    within(
      {
        'project/notebooks/tsconfig.json': { compilerOptions: { strict: false } },
        'project/tsconfig.json': {},
      },
      async ({ run }) => {
        await run(SLOPPY);
        expect(await run('const text: string = null; text')).to.equal(null);
      },
    ));

  it('include paths, and decorators of the older kind', () =>
    within(
      {
        'project/tsconfig.json': {
          compilerOptions: { paths: { '@/*': ['./src/*'] }, experimentalDecorators: true },
        },
        'project/src/rates.ts': "export { rate } from '@/deep/rate';",
        'project/src/deep/rate.ts': 'export const rate = 0.1;',
      },
      async ({ run }) => {
        expect(await run("import { rate } from '@/rates'; rate")).to.equal(0.1);
        const cell = `
          function named(target: object, key: string) { Object.assign(target, { key }); }
          class A { @named weight = 1; }
          (A.prototype as any).key`;
        expect(await run(cell)).to.equal('weight');
      },
    ));

  it('about where and how files are written, and of what module format, do not matter', () =>
    within(
      {
        'project/tsconfig.json': {
          compilerOptions: {
            ...{ module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
            ...{
              target: 'es5',
              noEmit: true,
              declaration: true,
              composite: true,
              rootDir: './src',
            },
            ...{
              outDir: 'dist',
              verbatimModuleSyntax: true,
              isolatedModules: true,
              noUnusedLocals: true,
            },
          },
          include: ['src'],
        },
        'project/src/rate.ts': 'export const rate: number = 0.1;',
      },
      async ({ run }) => {
        const cell =
          "import { rate } from '../src/rate'; const unused = 1; await Promise.resolve(rate)";
        expect(await run(cell)).to.equal(0.1);
      },
    ));

  it('of a tsconfig.json with a mistake in it still leave a notebook that runs', () =>
    within({ 'project/tsconfig.json': '{ "compilerOptions": { "strict": ' }, async ({ run }) => {
      expect(await run('6 * 7')).to.equal(42);
    }));
});
