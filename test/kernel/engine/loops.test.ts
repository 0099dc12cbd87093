import { expect } from 'chai';
import fc from 'fast-check';
import { Notebook } from './notebook.js';

type Statement =
  | { kind: 'log' | 'closure' }
  | { kind: 'jump'; how: 'break' | 'continue'; outwards: number; when: number }
  | { kind: 'loop'; head: Head; times: number; body: Statement[]; style: 'block' | 'single' };

type Head = 'for' | 'of' | 'in' | 'while' | 'do';

const { statements } = fc.letrec<{ statement: Statement; statements: Statement[] }>((tie) => ({
  statements: fc.array(tie('statement'), { maxLength: 3 }),
  statement: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constantFrom('log' as const, 'closure' as const) }),
    fc.record({
      kind: fc.constant('jump' as const),
      how: fc.constantFrom('break' as const, 'continue' as const),
      outwards: fc.nat(2),
      when: fc.nat(2),
    }),
    fc.record({
      kind: fc.constant('loop' as const),
      head: fc.constantFrom<Head>('for', 'of', 'in', 'while', 'do'),
      times: fc.integer({ min: 1, max: 3 }),
      body: tie('statements'),
      style: fc.constantFrom('block' as const, 'single' as const),
    }),
  ),
}));

/** What the programs call; the same in a cell and beside it. */
const AROUND = `
  const trace = [], closures = [], counts = {};
  globalThis.trace = trace;
  let turns = 0;
  const isTurn = (when) => turns++ % 3 === when;
  const more = (loop, times) => {
    counts[loop] = (counts[loop] ?? 0) + 1;
    if (counts[loop] < times) return true;
    counts[loop] = 0;
    return false;
  };`;
const END = 'trace.push(...closures.map((each) => each()))';

/** @param check - what each iteration is written to begin with; nothing for loops as an author writes them. */
function render(program: Statement[], check: string): string {
  let names = 0;
  const all = (statements: Statement[], loops: string[]): string =>
    statements.map((each) => one(each, loops)).join(' ');
  const one = (statement: Statement, loops: string[]): string => {
    const here = loops.at(-1) ?? 'null';
    switch (statement.kind) {
      case 'log':
        return `trace.push(${here});`;
      case 'closure':
        return `closures.push(() => ${here});`;
      case 'jump': {
        const target = loops.at(-1 - statement.outwards);
        const label = target && (statement.outwards || statement.when === 1) ? ` L${target}` : '';
        if (!loops.length || !target) return ';';
        return `if (isTurn(${statement.when})) ${statement.how}${label};`;
      }
      case 'loop': {
        const name = `v${names++}`;
        const { head, times, style } = statement;
        const inner = style === 'single' ? statement.body.slice(0, 1) : statement.body;
        const text = all(inner, [...loops, name]) || ';';
        const body = check || style === 'block' ? `{ ${check} ${text} }` : text;
        const list = JSON.stringify(Array.from({ length: times }, (_, i) => `${name}:${i}`));
        const loop = {
          for: `for (let ${name} = 0; ${name} < ${times}; ${name}++) ${body}`,
          of: `for (const ${name} of ${list}) ${body}`,
          in: `for (const ${name} in ${list}) ${body}`,
          while: `while (more('${name}', ${times})) ${body}`,
          do: `do ${body} while (more('${name}', ${times}));`,
        };
        const isNamed = head === 'for' || head === 'of' || head === 'in';
        // `while` and `do` have no variable of their own.
        const variable = isNamed ? '' : `const ${name} = '${name}'; `;
        return `{ ${variable}L${name}: ${loop[head]} }`;
      }
    }
  };
  return all(program, []);
}

class Stopped extends Error {}

describe('a loop, which can be stopped at each iteration,', () => {
  let iterations = 0;
  let last = Infinity;
  const check = () => {
    if (++iterations > last) throw new Stopped();
  };
  const notebook = new Notebook('.', { check });
  const { run } = notebook;
  after(() => notebook.close());

  /** What is traced, and in how many iterations, when they end after so many. */
  async function traced(program: () => unknown, most: number) {
    iterations = 0;
    last = most;
    let stopped = false;
    try {
      await program();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      stopped = true;
    } finally {
      last = Infinity;
    }
    return { trace: (globalThis as { trace?: unknown }).trace, iterations, stopped };
  }

  before(() => notebook.write({ 'tsconfig.json': { compilerOptions: { strict: false } } }));

  it('does what it does without: labels, jumps, closures, bodies of any form', async () => {
    await fc.assert(
      fc.asyncProperty(statements, fc.nat(12), async (program, most) => {
        const author = `{ ${AROUND} ${render(program, '')} ${END} }`;
        const reference = new Function('check', `${AROUND} ${render(program, 'check();')} ${END}`);
        for (const limit of [Infinity, most]) {
          const expected = await traced(() => reference(check), limit);
          expect(await traced(() => run(author), limit), author).to.deep.equal(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  const count = async (code: string) => {
    iterations = 0;
    const value = await run(code);
    return [value, iterations];
  };

  it('keeps a variable an iteration for closures', async () => {
    const code = 'const fs = []; for (const x of [1, 2, 3]) fs.push(() => x); fs.map((f) => f())';
    expect(await count(code)).to.deep.equal([[1, 2, 3], 3]);
    const counted =
      'const gs = []; for (let i = 0; i < 3; i++) { gs.push(() => i); i += 0; } gs.map((g) => g())';
    expect(await count(counted)).to.deep.equal([[0, 1, 2], 3]);
  });

  it('may have an empty body, no condition, or a declaration by `var` for its body', async () => {
    expect(await count('let n = 0; for (; n++ < 4; ); n')).to.deep.equal([5, 4]);
    expect(await count('for (;;) break')).to.deep.equal([undefined, 1]);
    expect(await count('while (n-- > 0); n')).to.deep.equal([-1, 5]);
    expect(await count('for (const k in { a: 1, b: 2 }) var seen = k; seen')).to.deep.equal([
      'b',
      2,
    ]);
    expect(await count('do var done = 1; while (false) done')).to.deep.equal([1, 1]);
  });

  it('is watched in functions, methods, generators, and modules of the user’s, in packages not', async () => {
    notebook.write({
      'sum.ts':
        'export const sum = (xs: number[]) => { let s = 0; for (const x of xs) s += x; return s; };',
      'plain.js': 'exports.spin = (n) => { while (n > 0) n--; return n; };',
      'node_modules/spin/index.js': 'exports.spin = (n) => { while (n > 0) n--; return n; };',
    });
    expect(await count("import { sum } from './sum'; sum([1, 2, 3])")).to.deep.equal([6, 3]);
    expect(await count("require('./plain').spin(4)")).to.deep.equal([0, 4]);
    expect(await count("require('spin').spin(4)")).to.deep.equal([0, 0]);
    const code =
      'class A { *all() { for (const x of [1, 2]) yield x; } static { for (const x of [1]); } } [...new A().all()]';
    expect(await count(code)).to.deep.equal([[1, 2], 3]);
  });

  it('over what comes asynchronously is watched, too, and closes it when it is stopped', async () => {
    await run(
      'let closed = 0; async function* source() { try { for (let i = 0; ; i++) yield i; } finally { closed++; } }',
    );
    const { stopped } = await traced(
      () => run('for await (const x of source()) { if (x > 1000) break; }'),
      10,
    );
    expect(stopped).to.equal(true);
    expect(await run('closed')).to.equal(1);
    const later = await traced(() => run('await null; while (true) await null;'), 10);
    expect(later.stopped).to.equal(true);
  });
});
