import { expect } from 'chai';
import { Notebook } from './notebook.js';

describe('a message of the compiler', () => {
  const notebook = new Notebook('notebooks');
  const { run, errors, failure } = notebook;
  after(() => notebook.close());

  it('names cell, line and column, and points at the place', async () => {
    const { ename, evalue, traceback } = await failure('let a = 1;\n\tconst name: string = a;');
    const message = `${notebook.label}:2:8 - TS2322: Type 'number' is not assignable to type 'string'.`;
    expect([ename, evalue]).to.deep.equal(['TypeScriptError', message]);
    expect(traceback).to.deep.equal([message, '  \tconst name: string = a;', '  \t      ^^^^']);
  });

  it('is in terms of the cell whatever names of earlier cells it uses', async () => {
    await run('let used = 1, read = 2; interface Rates { fast: number }');
    expect(await errors('used = read; "".nowhere')).to.match(/^In\[\d+\]:1:17 - TS2339: /);
    const text = await errors('const rates: Rates = { slow: used };');
    expect(text)
      .to.contain("'slow' does not exist in type 'Rates'")
      .and.not.match(/\$\d|__cell__|cell:/);
  });

  it('leaves names as their author wrote them, also those that end like names of the engine’s own', async () => {
    await run('let bar = 1;');
    for (let index = 0; index < 8; index++) {
      expect(await errors(`bar; bar$${index}`)).to.contain(`Cannot find name 'bar$${index}'`);
    }
    expect(await errors('const text: string = { bar$1: bar, a$2: 1 };')).to.contain(
      '{ bar$1: number; a$2: number; }',
    );
  });

  it('suggests names as the cell that declares them has them', async () => {
    await run('let speed = 1;');
    // One of these is nearer to the name under which the variable is handed on than to its own.
    for (let digit = 0; digit < 10; digit++) {
      const text = await errors(`speed = 2; speed_${digit}`);
      expect(text).to.contain(`Cannot find name 'speed_${digit}'. Did you mean 'speed'?`);
    }
  });

  it('names no files that stand for cells', async () => {
    await run('class Step { #size = 1; } const step = new Step();');
    const text = await errors('class Step { #size = 1; } const other: Step = step;');
    expect(text)
      .to.contain('#size')
      .and.not.match(/\$\d|__cell__|cell:|\.ts/);
    const circular = await errors(
      'export const first = () => second(); const second = () => first();',
    );
    expect(circular).not.to.match(/\$\d|__cell__|cell:/);
  });

  it('is one of several, of which the first twenty are shown', async () => {
    const { traceback } = await failure('nowhere;\n'.repeat(25));
    expect(traceback.filter((line) => line.includes('TS2304'))).to.have.lengthOf(20);
    expect(traceback.at(-1)).to.equal('… and 5 more');
  });

  it('is about syntax alone where that is wrong', async () => {
    expect(await errors('const = 1; nowhere')).to.match(/^In\[\d+\]:1:7 - TS1134: (?!.*TS2304)/s);
    expect(await errors('if (true) {')).to.match(/^In\[\d+\]:1:12 - TS1005: '}' expected\.$/);
    expect(await errors('"open')).to.contain('TS1002');
    expect(await errors('return 1')).to.contain('TS1108');
  });

  it('leaves the cell unrun, and the names as they were', async () => {
    await run('let kept = 1;');
    await errors('kept = 2; let more: string = 3;');
    expect(await run('kept')).to.equal(1);
  });
});

describe('the stack of an exception', () => {
  const notebook = new Notebook('notebooks');
  const { run, failure } = notebook;
  after(() => notebook.close());

  /** The frames of what a cell throws. */
  const frames = async (...cells: string[]) =>
    (await failure(...cells)).traceback.slice(1).map((line) => line.trim());

  it('names cells, lines and columns as their author wrote them', async () => {
    await run(
      'interface Typed { x: number }\n\nfunction root(x: number): number {\n  if (x < 0) throw new RangeError("no root");\n  return Math.sqrt(x);\n}',
    );
    const first = notebook.label;
    await run('const twice = (x: number) =>\n  root(x) + root(-x);');
    const second = notebook.label;
    const trace = await frames('type T = 1;\n\n  twice(4)');
    expect(trace).to.deep.equal([
      `at root (${first}:4:20)`,
      `at twice (${second}:2:13)`,
      `at ${notebook.label}:3:3`,
    ]);
  });

  it('names the call itself, with arguments or none, of functions of any cell', async () => {
    await run("function fail(...xs: unknown[]) { throw new Error('no'); }");
    const made = notebook.label;
    for (const [cell, column] of [
      ['fail()', 1],
      ['fail(1)', 1],
      ['const x = fail()', 11],
      ['[1].map(() => fail())', 15],
      ['(() => 0, { fail }).fail()', 21],
      ['await fail()', 7],
    ] as const) {
      const trace = await frames(cell);
      expect(trace[0], cell).to.contain(`(${made}:1:41)`);
      expect(trace[1], cell).to.contain(`${notebook.label}:1:${column}`);
    }
  });

  it('goes through `await`', async () => {
    await run('async function later() {\n  await null;\n  throw new Error("late");\n}');
    const first = notebook.label;
    await run('class Trainer { async fit() {\n  for (let i = 0; i < 1; i++) await later();\n} }');
    const second = notebook.label;
    const trace = await frames('\nawait new Trainer().fit();');
    expect(trace[0]).to.match(new RegExp(`^at (async )?later \\(${quoted(first)}:3:9\\)$`));
    expect(trace[1]).to.match(new RegExp(`^at async Trainer.fit \\(${quoted(second)}:2:31\\)$`));
    expect(trace[2]).to.equal(`at async ${notebook.label}:2:1`);
    expect(trace).to.have.lengthOf(3);
  });

  it('goes through local modules, in their own lines, also after an edit', async () => {
    const text =
      'export type Rate = number;\nexport async function step(rate: Rate) {\n  await null;\n  if (rate > 1) throw new Error("too fast");\n}';
    notebook.write({
      'src/step.ts': text,
      'src/run.mts':
        "import { step } from './step.js';\nfor (const x of [1]) type;\nexport const go = async () => {\n  await step(2);\n};".replace(
          'type',
          'void x',
        ),
      'src/plain.js': '// JavaScript\nexports.plain = () => { throw new Error("plain"); };',
    });
    const cell = "import { go } from '../src/run.mjs';\nawait go()";
    const expected = (line: number) => [
      `at step (${notebook.folder}/src/step.ts:${line}:23)`,
      `at async go (${notebook.folder}/src/run.mts:4:3)`,
      `at async ${notebook.label}:2:1`,
    ];
    expect(await frames(cell)).to.deep.equal(expected(4));
    notebook.write({ 'src/step.ts': `// One line more.\n${text}` });
    expect(await frames(cell)).to.deep.equal(expected(5));
    const plain = await frames("import { plain } from '../src/plain.js'; plain()");
    expect(plain[0]).to.equal(`at exports.plain (${notebook.folder}/src/plain.js:2:31)`);
  });

  it('goes through files and folders with brackets in their names', async () => {
    notebook.write({
      'lib (copy)/m [1].ts': 'export const fail = () => {\n  throw new Error("no");\n};',
    });
    const trace = await frames("import { fail } from '../lib (copy)/m [1]'; fail()");
    expect(trace[0]).to.equal(`at fail (${notebook.folder}/lib (copy)/m [1].ts:2:9)`);
  });

  it('is what the cell itself sees', async () => {
    const stack = (await run('const trace = () => new Error("seen").stack!;\ntrace()')) as string;
    expect(stack.split('\n').slice(0, 3)).to.deep.equal([
      'Error: seen',
      `    at trace (${notebook.label}:1:21)`,
      `    at ${notebook.label}:2:1`,
    ]);
  });

  it('tells of causes, properties and several errors at once', async () => {
    const { traceback } = await failure(
      'throw new AggregateError([new Error("one")], "all", { cause: Object.assign(new TypeError("why"), { code: "E1" }) })',
    );
    const text = traceback.join('\n');
    expect(text).to.match(/^AggregateError: all/);
    for (const part of ['Error: one', 'TypeError: why', "code: 'E1'"])
      expect(text).to.contain(part);
  });

  it('names variables as the author did', async () => {
    await run('const notCallable = 1 as any, missing = undefined as any;');
    expect((await failure('notCallable()')).evalue).to.equal('notCallable is not a function');
    expect((await failure('missing.x')).evalue).to.equal(
      "Cannot read properties of undefined (reading 'x')",
    );
    expect((await failure('new notCallable()')).evalue).to.equal(
      'notCallable is not a constructor',
    );
    expect((await failure('const [a] = missing')).evalue).to.match(
      /^missing is not iterable|undefined is not iterable/,
    );
  });

  it('may be missing: anything can be thrown', async () => {
    expect(await failure('throw "text"')).to.deep.equal({
      ...{ ename: 'Thrown', evalue: 'text', traceback: ['Thrown: text'] },
    });
    expect((await failure('throw { code: 5 }')).evalue).to.equal('{ code: 5 }');
    expect((await failure('throw undefined')).evalue).to.equal('undefined');
    expect((await failure('await Promise.reject(null)')).evalue).to.equal('null');
    const own = await failure(
      'class Stop extends Error { override name = "Stop"; } throw new Stop("now")',
    );
    expect([own.ename, own.evalue]).to.deep.equal(['Stop', 'now']);
  });

  it('of a cell that is run a second time names that run', async () => {
    await run('const run1 = () => { throw new Error("1"); };');
    const cell = 'throw new Error("again")';
    for (let n = 0; n < 2; n++)
      expect(await frames(cell)).to.deep.equal([`at ${notebook.label}:1:7`]);
  });
});

const quoted = (text: string) => text.replace(/[[\]]/g, '\\$&');
