import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runNotebook } from '../../src/kernel/headless.js';
import { findJupyter, type Jupyter } from '../../src/kernel/jupyter.js';
import { UsageError } from '../../src/runtime/errors.js';
import { notebookFolder, printed, readCells } from './notebooks.js';

describe('running a notebook headless', function () {
  this.timeout(60_000);
  const folder = notebookFolder();
  let jupyter: Jupyter;
  before(() => {
    jupyter = findJupyter();
  });
  after(() => folder.remove());

  /** The error that running a notebook ends in. */
  async function failure(file: string, timeout = 30): Promise<Error> {
    return runNotebook(jupyter, file, { timeout }).then(
      () => expect.fail('the run succeeded'),
      (error: Error) => error,
    );
  }

  it('saves the executed notebook under another name and leaves the original', async () => {
    const file = folder.write('sum.ipynb', ['1 + 2']);
    const before = readFileSync(file, 'utf8');
    const output = join(folder.path, 'executed.ipynb');
    const run = await runNotebook(jupyter, file, { output, timeout: 30 });
    expect(run).to.include({ notebook: file, output, cells: 1 });
    expect(printed(readCells(output)[0])).to.equal('3\n');
    expect(readFileSync(file, 'utf8')).to.equal(before);
  });

  it('names the failing cell and its error, and leaves the notebook as it was', async () => {
    const file = folder.write('bad.ipynb', [
      '1',
      'throw new RangeError("k must be positive")',
      '3',
    ]);
    const before = readFileSync(file, 'utf8');
    expect((await failure(file)).message).to.equal(
      `Cell [2] of ${file} (throw new RangeError("k must be positive")) failed: ` +
        'RangeError: k must be positive',
    );
    expect(readFileSync(file, 'utf8')).to.equal(before);
  });

  it('names a cell that does not compile, with the line and column', async () => {
    const { message } = await failure(folder.write('types.ipynb', ['const k: number = "5";']));
    expect(message).to.contain("1:7 - Type 'string' is not assignable to type 'number'.");
  });

  it('ends a cell that takes too long', async () => {
    const file = folder.write('slow.ipynb', [
      'await new Promise((done) => setTimeout(done, 60_000))',
    ]);
    expect((await failure(file, 1)).message).to.contain('took longer than 1 s');
  });

  it('says so when the notebook wants a kernel that is not there', async () => {
    const file = folder.write('other.ipynb', ['1'], 'no-such-kernel');
    expect((await failure(file)).message).to.contain('wants the kernel "no-such-kernel"');
  });

  it('calls a missing file and one that is no notebook wrong usage', async () => {
    const missing = await failure(join(folder.path, 'missing.ipynb'));
    expect(missing).to.be.instanceOf(UsageError);
    const text = join(folder.path, 'text.ipynb');
    writeFileSync(text, 'no notebook');
    expect(await failure(text)).to.be.instanceOf(UsageError);
  });

  it('stops when told to, without touching the notebook', async () => {
    const file = folder.write('abort.ipynb', [
      'await new Promise((done) => setTimeout(done, 60_000))',
    ]);
    const before = readFileSync(file, 'utf8');
    const stop = new AbortController();
    const started = Date.now();
    const run = runNotebook(jupyter, file, {
      timeout: 60,
      signal: stop.signal,
      onCell: () => stop.abort(),
    });
    const error = await run.catch((error: Error) => error);
    expect(error).to.have.property('message').that.contains('Interrupted');
    expect(Date.now() - started).to.be.below(30_000);
    expect(readFileSync(file, 'utf8')).to.equal(before);
  });
});
