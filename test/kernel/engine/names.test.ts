import { expect } from 'chai';
import { Notebook } from './notebook.js';

describe('a name that a cell declares', () => {
  const notebook = new Notebook();
  const { run, errors, failure } = notebook;
  after(() => notebook.close());

  describe('is known to later cells', () => {
    it('with its value and its type, inferred or declared', async () => {
      await run(
        'let count = 1; const words = ["a"]; var late; function half(x: number) { return x / 2; }',
      );
      expect(await run('[count.toFixed(1), words.at(0), late, half(count)]')).to.deep.equal([
        '1.0',
        'a',
        undefined,
        0.5,
      ]);
      expect(await errors('words.push(1)')).to.contain('TS2345');
      expect(await errors('half("1")')).to.contain('TS2345');
    });

    it('as a type: interface, alias, class, enum, generic', async () => {
      await run(
        'interface Rates { fast: number } type Pair<T> = [T, T]; class Step<T> { constructor(readonly size: T) {} } enum Mode { Train, Test }',
      );
      await run(
        'const rates: Rates = { fast: 1 }; const pair: Pair<Mode> = [Mode.Train, Mode.Test];',
      );
      expect(await run('new Step(pair).size[1] === Mode.Test')).to.equal(true);
      expect(await errors('const none: Rates = {}')).to.contain("'fast' is missing");
      expect(await errors('const text: Step<string> = new Step(1)')).to.contain('TS2322');
    });

    it('when it is taken apart from a value', async () => {
      await run(
        'const { a, b: { c = 3, ...d }, ...e } = { a: 1, b: { x: 4, y: 5 } as { c?: number, x: number }, f: 6 };',
      );
      await run(
        'let [g, , [h] = [7], ...i] = [8, 9, undefined, 10, 11] as [number, number, number[]?, ...number[]];',
      );
      expect(await run('[a, c, d, e, g, h, i]')).to.deep.equal([
        1,
        3,
        { x: 4, y: 5 },
        { f: 6 },
        8,
        7,
        [10, 11],
      ]);
      await run('[g, h] = [h, g]; ({ a: g } = { a: 12 });');
      expect(await run('[g, h]')).to.deep.equal([12, 8]);
    });

    it('when `var` declares it in a block, a loop or a condition', async () => {
      await run(
        'for (var k = 0; k < 3; k++) { if (k > 0) { var found = k; } } for (var key in { z: 1 }); try { var tried = 1; } catch {}',
      );
      expect(await run('[k, found, key, tried]')).to.deep.equal([3, 2, 'z', 1]);
    });

    it('but not what a block or a function keeps for itself', async () => {
      await run(
        '{ const inner = 1; } for (let index = 0; index < 1; index++); (() => { var own = 1; })();',
      );
      for (const name of ['inner', 'index', 'own']) expect(await errors(name)).to.contain('TS2304');
    });

    it('even if an exception has ended the cell: what was assigned before stays', async () => {
      await failure(
        "let first = 1; const second = (() => { throw new Error('no'); })() as number; const third = 3;",
      );
      expect(await run('first')).to.equal(1);
      const { evalue } = await failure('third');
      expect(evalue).to.equal("Cannot access 'third' before initialization");
    });

    it('but not if the compiler has refused the cell', async () => {
      await errors('const refused: string = 1;');
      expect(await errors('refused')).to.contain('TS2304');
    });

    it('as a global, where it is declared as one', async () => {
      await run('declare global { var shared: number; interface Array<T> { second(): T } }');
      await run('globalThis.shared = 5; Array.prototype.second = function () { return this[1]; };');
      await run('1');
      expect(await run('shared + [1, 2].second()')).to.equal(7);
      await run('declare const declared: number; (globalThis as any).declared = 8;');
      expect(await run('declared')).to.equal(8);
      await run(
        'delete (globalThis as any).shared; delete (globalThis as any).declared; delete (Array.prototype as any).second;',
      );
    });
  });

  it('is no longer a global that a refused cell would have declared', async () => {
    const code = (from: string) =>
      `import { join } from '${from}'; declare global { type Batch = 5 }`;
    expect(await errors(code('./nowhere'))).to.contain('./nowhere');
    await run(code('node:path'));
    expect(await run('const batch: Batch = 5; batch')).to.equal(5);
  });

  describe('is assigned to by later cells', () => {
    it('and every closure sees it', async () => {
      await run('let n = 0; const up = () => ++n; const seen = () => n;');
      expect(await run('up(); n += 10; [n, seen(), up(), n++, --n]')).to.deep.equal([
        11, 11, 12, 12, 12,
      ]);
      expect(await run('seen()')).to.equal(12);
    });

    it('unless it is a constant, a function or an import', async () => {
      await run("const fixed = 1; function made() {} import { join } from 'node:path';");
      expect(await errors('fixed = 2')).to.equal(
        `${notebook.label}:1:1 - TS2588: Cannot assign to 'fixed' because it is a constant.`,
      );
      expect(await errors('made = () => {}')).to.match(/TS2630|TS2632/);
      expect(await errors('join = () => ""')).to.contain('TS2632');
    });

    it('of its type alone', async () => {
      await run('let size = 1;');
      expect(await errors('size = "large"')).to.contain('TS2322');
    });
  });

  describe('may be declared again', () => {
    it('by the same cell or another, as anything', async () => {
      const ways = [
        ['const', 'const again = 1;', 1],
        ['let', 'let again = "two";', 'two'],
        ['var', 'var again = 3;', 3],
        ['function', 'function again() { return 4; }', 4],
        ['class', 'class again { static n = 5 }', 5],
        ['enum', 'enum again { six = 6 }', 6],
        ['namespace', 'namespace again { export const seven = 7; }', 7],
        ['import', "import * as again from 'node:path';", '/'],
      ] as const;
      const value = {
        ...{ const: 'again', let: 'again', var: 'again', function: 'again()', class: 'again.n' },
        ...{ enum: 'again.six', namespace: 'again.seven', import: 'again.sep' },
      };
      // Each after each: a a, a b, b a, a c, c a, …
      const order = ways.flatMap((way, i) => [
        way,
        ...ways.slice(i).flatMap((other) => [other, way]),
      ]);
      for (const [way, cell, expected] of order) {
        expect(await run(`${cell} ${value[way]}`), cell).to.equal(expected);
        expect(await run(value[way]), cell).to.equal(expected);
      }
    });

    it('and closures of earlier cells see the new value', async () => {
      await run(
        'const alpha = 0.5; const slow = () => alpha; function slower() { return alpha / 2; } class Slowest { get() { return alpha; } }',
      );
      await run('const alpha = 0.8;');
      expect(await run('[slow(), slower(), new Slowest().get()]')).to.deep.equal([0.8, 0.4, 0.8]);
      expect(notebook.warnings).to.deep.equal([]);
      await run('function slow() { return 7; }');
      await run('const viaSlow = () => slow();', 'const slow = () => 8;');
      expect(await run('viaSlow()')).to.equal(8);
    });

    it('with another type: who uses it is warned of, as they were checked for the old one', async () => {
      await run('let rate = 0.1; const label1 = rate.toFixed(2);');
      const first = notebook.label;
      await run('const percent = () => 100 * rate;');
      const second = notebook.label;
      await run("let rate = 'fast';");
      expect(notebook.warnings).to.deep.equal([
        `rate was number in ${first} and is string now: functions of ${second} see the new value, but were checked for the old type.`,
      ]);
      expect(await errors('const percent = () => 100 * rate;')).to.contain('TS2363');
      await run('const percent = () => rate.length;', 'let rate = "slow";');
      expect(notebook.warnings).to.deep.equal([]);
      expect(await run('percent()')).to.equal(4);
    });

    it('with another type that is the old one as well, without a warning', async () => {
      await run('let options: { a: number; b?: number } = { a: 1 }; const read = () => options.a;');
      await run('let options = { a: 2, b: 3, c: 4 };');
      expect(notebook.warnings).to.deep.equal([]);
      await run('const one = 1; const getOne = () => one;', 'const one = 2;');
      expect(notebook.warnings).to.deep.equal([]);
      await run('let free: any = 1; const getFree = () => free;', 'const free = "x";');
      expect(notebook.warnings).to.deep.equal([]);
    });

    it('as a type, and what has the old one keeps it', async () => {
      await run(
        'interface Point { x: number }',
        'const p: Point = { x: 1 };',
        'interface Point { y: number }',
      );
      expect(await run('const q: Point = { y: 2 }; p.x + q.y')).to.equal(3);
      expect(await errors('const r: Point = p')).to.contain("'y' is missing");
    });

    it('and a class of the same name is another class', async () => {
      await run(
        'class Node1 { kind = "old" }',
        'const old = new Node1();',
        'class Node1 { kind = "new" }',
      );
      expect(await run('[old instanceof Node1, new Node1().kind]')).to.deep.equal([false, 'new']);
    });

    it('as an enum or a namespace, which start over instead of growing', async () => {
      await run('enum Level { Low, High } namespace Space { export const a = 1; }');
      await run('enum Level { Middle = 5 } namespace Space { export const b = 2; }');
      expect(await run('[Level, Space]')).to.deep.equal([{ 5: 'Middle', Middle: 5 }, { b: 2 }]);
      expect(await errors('Level.Low')).to.contain('TS2339');
    });
  });

  it('is kept by hundreds of cells, old ones among them', async () => {
    const cells = Array.from(
      { length: 100 },
      (_, i) => `const v${i} = ${i ? `v${i - 1} + 1` : '0'};`,
    );
    await run(...cells);
    expect(await run('v0 + v50 + v99')).to.equal(0 + 50 + 99);
  });
});
