import { expect } from 'chai';
import { Notebook } from './notebook.js';

describe('a cell', () => {
  const notebook = new Notebook();
  const { run, start, errors } = notebook;
  after(() => notebook.close());

  describe('comes to the value of its last expression', () => {
    it('whatever stands behind it', async () => {
      for (const end of ['', ';', ';;', ' // comment', '\n/* comment */\n', ';\n\n']) {
        expect(await run(`const k = 6;\nk * 7${end}`)).to.equal(end === ';;' ? undefined : 42);
      }
      expect(await run('({ a: 1 })')).to.deep.equal({ a: 1 });
      expect(await run('"use strict"')).to.equal('use strict');
      expect(await run('1, 2')).to.equal(2);
    });

    it('and to none where it ends with anything else', async () => {
      for (const code of [
        '',
        '// nothing',
        'const n = 1',
        '1; if (true) 2',
        'function f() {}',
        '{ 1 }',
      ]) {
        expect(await run(code), code).to.equal(undefined);
      }
    });

    it('and leaves a promise alone that it does not wait for', async () => {
      const { value } = await start('Promise.resolve(1)');
      expect(value).to.be.instanceOf(Promise);
      expect((await start('await Promise.resolve(1)')).value).to.equal(1);
    });
  });

  describe('waits', () => {
    it('for an async function that is called at once, alone', async () => {
      expect(await run('await (async () => 5)()')).to.equal(5);
      expect(await run('await (async function named() { await null; return 6; })();')).to.equal(6);
      expect(await run('(async () => 7)()')).to.equal(7);
    });

    it('for a lone `for await`', async () => {
      await run('async function* steps() { yield 1; yield 2; } let sum = 0;');
      await run('for await (const step of steps()) sum += step;');
      expect(await run('sum')).to.equal(1 + 2);
      await run('for await (sum of steps());');
      expect(await run('sum')).to.equal(2);
    });

    it('within any statement', async () => {
      const cell = `
        let found = 0;
        if (await true) found = await Promise.resolve(1);
        for (let i = await 0; i < (await 2); i++) found += await i;
        try { throw await 10; } catch (error) { found += error as number; } finally { await null; }
        class Late { got = found; }
        const { a = await 20 } = {} as { a?: number };
        [found, a, new Late().got, \`\${await 'text'}\`]`;
      expect(await run(cell)).to.deep.equal([1 + (0 + 1) + 10, 20, 12, 'text']);
    });

    it('only where it says so: other cells run within the call', async () => {
      let isDone = false;
      const running = start('const quick = 1').then(() => {
        isDone = true;
      });
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
      expect(isDone).to.equal(true);
      await running;
    });
  });

  describe('may export', () => {
    it('what it declares', async () => {
      await run(
        'export const one = 1; export let two = 2; export function three() { return 3; } export class Four { n = 4 } export enum Five { n = 5 } export type Six = 6; export namespace Seven { export const n = 7; }',
      );
      const six = 'const six: Six = 6; [one, two, three(), new Four().n, Five.n, six, Seven.n]';
      expect(await run(six)).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
      expect(await run('two++; two')).to.equal(3);
    });

    it('by default: a value is the cell’s, a name is kept', async () => {
      expect(await run('export default 5')).to.equal(5);
      expect(await run('export default { a: 1 };')).to.deep.equal({ a: 1 });
      expect(await run('const fn = 1; export default function named() { return fn; }')).to.equal(
        undefined,
      );
      expect(await run('named()')).to.equal(1);
      await run('export default class Named { n = 2 }');
      expect(await run('new Named().n')).to.equal(2);
      const { name } = (await run('export default function () {}')) as { name: string };
      expect(name).to.equal('default');
    });

    it('lists, under other names, and what modules export', async () => {
      await run('const inner = 1; let grown = 1; export { inner, inner as outer, grown as seen };');
      expect(await run('grown = 2; [inner, outer, seen]')).to.deep.equal([1, 1, 2]);
      await run(
        "export { sep as separator } from 'node:path'; export * as timers from 'node:timers/promises'; export type { ParsedPath } from 'node:path';",
      );
      expect(
        await run(
          'const parsed: ParsedPath = { ext: ".b" } as ParsedPath; separator + parsed.ext + typeof timers.setTimeout',
        ),
      ).to.equal('/.bfunction');
    });
  });

  describe('takes all of TypeScript:', () => {
    it('classes with private, static, abstract and inherited members', async () => {
      await run(`
        abstract class Optimizer {
          static #made = 0;
          static readonly kinds: string[] = [];
          static { this.kinds.push('base'); }
          #steps = 0;
          constructor(protected readonly rate: number, public name = Optimizer.kinds[0]) { Optimizer.#made++; }
          get steps() { return this.#steps; }
          step(): this { this.#steps++; return this; }
          abstract scale(x: number): number;
          static get made() { return Optimizer.#made; }
        }`);
      await run(
        'class Sgd extends Optimizer { override scale(x: number) { return this.rate * x; } }',
      );
      const cell =
        'const sgd = new Sgd(0.5).step().step(); [sgd.steps, sgd.scale(3), sgd.name, Optimizer.made, Sgd.name]';
      expect(await run(cell)).to.deep.equal([2, 1.5, 'base', 1, 'Sgd']);
      expect(await errors('new Optimizer(1)')).to.contain('TS2511');
      expect(await errors('sgd.rate')).to.contain('TS2445');
    });

    it('enums: numbers, texts, constant ones', async () => {
      await run(
        "enum Mode { Train, Test = 5, Both } enum Name { A = 'a' } const enum Size { Small = 1 << 2 }",
      );
      expect(await run('[Mode.Both, Mode[5], Name.A, Size.Small]')).to.deep.equal([
        6,
        'Test',
        'a',
        4,
      ]);
    });

    it('namespaces, alone and beside a class or a function', async () => {
      await run(`
        namespace Shapes { export const sides = 4; export namespace Deep { export let n = 1; } export interface Box { w: number } }
        function area(box: Shapes.Box) { return box.w ** 2; } namespace area { export const unit = 'm²'; }
        class Grid {} namespace Grid { export const cells = 9; }`);
      const cell =
        'Shapes.Deep.n++; [Shapes.sides, Shapes.Deep.n, area({ w: 3 }), area.unit, Grid.cells]';
      expect(await run(cell)).to.deep.equal([4, 2, 9, 'm²', 9]);
    });

    it('overloads', async () => {
      await run(
        'function pick(x: number): "n"; function pick(x: string): "s"; function pick(x: unknown) { return typeof x === "number" ? "n" : "s"; }',
      );
      expect(await run('const s: "s" = pick("x"); s + pick(1)')).to.equal('sn');
      expect(await errors('pick(true)')).to.contain('TS2769');
    });

    it('decorators, as JavaScript has them', async () => {
      const cell = `
        const seen: string[] = [];
        function traced<F extends (...args: never[]) => unknown>(method: F, { name }: ClassMethodDecoratorContext) {
          return function (this: unknown, ...args: Parameters<F>) {
            seen.push(String(name));
            return method.apply(this, args);
          } as F;
        }
        function marked(target: new () => object, context: ClassDecoratorContext) { seen.push(context.kind); }
        @marked class Model { @traced fit(n: number) { return n + 1; } @traced static of() { return new Model(); } }
        [Model.of().fit(1), ...seen]`;
      expect(await run(cell)).to.deep.equal([2, 'class', 'of', 'fit']);
      expect(await run('new Model().fit(2)')).to.equal(3);
    });

    it('generators, tagged templates, satisfies, optional chains, labels', async () => {
      const cell = `
        function* numbers(): Generator<number> { let n = 0; while (true) yield n++; }
        const tag = (parts: TemplateStringsArray, ...values: number[]) => parts.join('_') + values;
        let firsts: number[] = [];
        all: for (const n of numbers()) { for (;;) { if (n > 2) break all; firsts.push(n); continue all; } }
        const config = { size: 1 } satisfies Record<string, number>;
        [firsts, tag\`a\${1}b\${2}\`, config.size, (config as { other?: { x: number } }).other?.x ?? 'none']`;
      expect(await run(cell)).to.deep.equal([[0, 1, 2], 'a_b_1,2', 1, 'none']);
      expect(await run('tag`x`')).to.equal('x');
    });

    it('`using`, disposed of at the end of the cell', async () => {
      await run(`
        const events: string[] = [];
        const held = (name: string) => ({ name, [Symbol.dispose]() { events.push(name); }, async [Symbol.asyncDispose]() { events.push('async ' + name); } });`);
      expect(await run("using a = held('a'); events.push('body'); a.name")).to.equal('a');
      expect(
        await run("await using b = held('b'); { using c = held('c'); } events.length"),
      ).to.equal(3);
      expect(await run('events')).to.deep.equal(['body', 'a', 'c', 'async b']);
    });
  });

  it('names its functions and classes as their author did, and calls them without a `this`', async () => {
    await run(
      'const arrow = () => 1; let fn = function () { return this; } as (this: unknown) => unknown; const Anonymous = class {}; var { d = () => 2 } = {} as { d?: () => number };',
    );
    await run('let later: () => void; later = () => {};');
    expect(await run('[arrow, fn, Anonymous, d, later].map((each) => each.name)')).to.deep.equal([
      'arrow',
      'fn',
      'Anonymous',
      'd',
      'later',
    ]);
    expect(await run('fn.call(1)')).to.equal(1);
    expect(await run('fn()')).to.equal(undefined);
    expect(await run('this')).to.equal(undefined);
  });

  it('gives no name to a function or class that its author gave none', async () => {
    for (const cell of ['(x: number) => x * 2', '(class { f() {} })', '(async function () {})']) {
      expect(await run(cell), cell).to.have.property('name', '');
    }
  });

  it('does not meet names of the engine’s own', async () => {
    const cell =
      'const $_x = 1, $_0result = 2, $$_ = 3; const again = () => $_x; [$_x, $_0result, $$_, again()]';
    expect(await run(cell)).to.deep.equal([1, 2, 3, 1]);
    expect(await run('[$_x, $_0result, $$_]')).to.deep.equal([1, 2, 3]);
    await run('const exports = 1, module = 2, require = 3, __filename = 4, __dirname = 5;');
    expect(await run('[exports, module, require, __filename, __dirname]')).to.deep.equal([
      1, 2, 3, 4, 5,
    ]);
  });
});
