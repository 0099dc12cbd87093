import { expect } from 'chai';
import { Notebook } from './notebook.js';

/** The engine's own files are TypeScript here, which a new thread has to be able to read. */
const OPTIONS = JSON.stringify({ execArgv: ['--require', require.resolve('tsx/cjs')] });

describe('a worker that a cell starts', () => {
  const notebook = new Notebook();
  const { run } = notebook;

  before(() =>
    notebook.write({
      'double.ts': `
        import { parentPort } from 'node:worker_threads';
        import { factor } from './factor';
        parentPort!.once('message', (x: number) => parentPort!.postMessage(factor * x));`,
      'factor.ts': 'export const factor: number = 2;',
      'start.ts': `
        import { Worker } from 'worker_threads';
        export const worker = new Worker('./double.ts', ${OPTIONS});`,
      'plain.cjs': "require('node:worker_threads').parentPort.postMessage('plain');",
      'broken.ts': 'const x: number = 1;\nthrow new RangeError(String(x));',
    }),
  );
  after(() => notebook.close());

  /** The first message that a worker answers to a number. */
  const answer = (worker: string) => `
    import { Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    const worker = ${worker};
    worker.postMessage(20);
    (await once(worker, 'message'))[0]`;

  it('runs a TypeScript file, given as a path or as a URL, with what that imports', async () => {
    for (const file of ["'./double.ts'", "new URL('double.ts', import.meta.url)"]) {
      expect(await run(answer(`new Worker(${file}, ${OPTIONS})`))).to.equal(2 * 20);
    }
  });

  it('may be started by a local module', async () => {
    expect(await run(answer("(await import('./start.js')).worker"))).to.equal(2 * 20);
  });

  it('still runs JavaScript and text', async () => {
    expect(await run(answer("new Worker('./plain.cjs')"))).to.equal('plain');
    const text = `"require('worker_threads').parentPort.postMessage('text')"`;
    expect(await run(answer(`new Worker(${text}, { eval: true })`))).to.equal('text');
  });

  it('tells its errors with the lines that the author wrote', async () => {
    const cell = answer(`new Worker('./broken.ts', ${OPTIONS})`);
    const { ename, evalue, traceback } = await notebook.failure(cell);
    expect([ename, evalue]).to.deep.equal(['RangeError', '1']);
    expect(traceback[1]).to.match(/broken\.ts:2:7/);
  });
});
