import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { findChromium } from '../../src/charts/svg/chromium.js';
import { runNotebook } from '../../src/kernel/headless.js';
import { findJupyter, type Jupyter } from '../../src/kernel/jupyter.js';
import { UsageError } from '../../src/runtime/errors.js';
import { skip } from '../support/skip.js';
import { notebookFolder, readCells, resultOf, text } from './notebooks.js';

describe('running a notebook headless', () => {
  const folder = notebookFolder();
  let jupyter: Jupyter;
  before(() => {
    jupyter = findJupyter();
  });
  after(() => folder.remove());

  /** The error that running a notebook ends in. */
  async function failure(file: string, timeout = 120): Promise<Error> {
    return runNotebook(jupyter, file, { timeout }).then(
      () => expect.fail('the run succeeded'),
      (error: Error) => error,
    );
  }

  it('saves the executed notebook under another name and leaves the original', async () => {
    const file = folder.write('sum.ipynb', ['1 + 2']);
    const before = readFileSync(file, 'utf8');
    const output = join(folder.path, 'executed.ipynb');
    const run = await runNotebook(jupyter, file, { output, timeout: 120 });
    expect(run).to.include({ notebook: file, output, cells: 1 });
    expect(resultOf(readCells(output)[0])).to.equal('3');
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
    expect(message).to.contain(
      "In[1]:1:7 - TS2322: Type 'string' is not assignable to type 'number'.",
    );
  });

  it('ends a cell that takes too long', async () => {
    const file = folder.write('slow.ipynb', [
      'await new Promise((done) => setTimeout(done, 60_000))',
    ]);
    expect((await failure(file, 1)).message).to.contain('took longer than 1 s');
  });

  it('says so when the notebook wants a kernel that is not there', async () => {
    const file = folder.write('other.ipynb', ['1'], { kernel: 'no-such-kernel' });
    expect((await failure(file)).message).to.contain('wants the kernel "no-such-kernel"');
  });

  it('calls a missing file and one that is no notebook wrong usage', async () => {
    const missing = await failure(join(folder.path, 'missing.ipynb'));
    expect(missing).to.be.instanceOf(UsageError);
    const text = join(folder.path, 'text.ipynb');
    writeFileSync(text, 'no notebook');
    expect(await failure(text)).to.be.instanceOf(UsageError);
  });

  it('says why a notebook cannot be written, whatever the reason, and leaves nothing beside it', async () => {
    // Half a character, which UTF-8 has no bytes for.
    const file = folder.write('half.ipynb', ['1']);
    const notebook = JSON.parse(readFileSync(file, 'utf8'));
    notebook.cells.push({ cell_type: 'markdown', id: 'half', metadata: {}, source: '\uD83D' });
    writeFileSync(file, JSON.stringify(notebook));
    const before = readFileSync(file, 'utf8');
    expect((await failure(file)).message).to.match(/half\.ipynb cannot be written: .*surrogates/);
    expect(readFileSync(file, 'utf8')).to.equal(before);
    expect(readdirSync(folder.path).filter((name) => name.includes('.part'))).to.deep.equal([]);
  });

  it('runs no Python that lies in the folder that one stands in', async () => {
    const file = folder.write('isolated.ipynb', ['process.cwd()']);
    const back = process.cwd();
    const elsewhere = join(folder.path, 'elsewhere');
    mkdirSync(elsewhere);
    // Jupyter imports this module, which Python brings.
    writeFileSync(join(elsewhere, 'queue.py'), "raise SystemExit('not ours')");
    process.chdir(elsewhere);
    try {
      await runNotebook(jupyter, file, { timeout: 120 });
    } finally {
      process.chdir(back);
    }
    // And the notebook's own folder stays the kernel's.
    expect(resultOf(readCells(file)[0])).to.equal(`'${realpathSync(folder.path)}'`);
  });

  describe('that has a chart', () => {
    const PLOTLY = 'application/vnd.plotly.v1+json';
    const chart = `import { plot } from 'lazyahead/notebook';
      plot({ data: [{ name: 'loss', y: [3, 2] }] });`;
    const outputs = (file: string) =>
      readCells(file).map(({ outputs }) => outputs.find(({ data }) => data?.[PLOTLY])?.data);

    it('puts an SVG beside it', async function () {
      if (!findChromium()) skip(this, 'no Chromium found; install it or name it in CHROME');
      const drawn = `await plot({ data: [{ y: [1, 2, 3] }] }, { svg: true })`;
      const file = folder.write('chart.ipynb', [chart, drawn]);
      const { svg } = await runNotebook(jupyter, file, { timeout: 120 });
      // The second one's was drawn by the cell itself.
      expect(svg).to.deep.equal({ drawn: 1, missing: 0, reason: null });
      const [first, second] = outputs(file);
      for (const data of [first, second]) {
        expect(text(data!['image/svg+xml'])).to.match(/^<svg .*<\/svg>$/s);
      }
      expect(first).to.have.nested.property(`${PLOTLY.replace(/\./g, '\\.')}.data[0].name`, 'loss');
    });

    it('leaves it as it is where no SVG is wanted', async () => {
      const file = folder.write('no-svg.ipynb', [chart]);
      const { svg } = await runNotebook(jupyter, file, { timeout: 120, svg: false });
      expect(svg).to.deep.equal({ drawn: 0, missing: 0, reason: null });
      expect(outputs(file)[0]).to.have.all.keys(PLOTLY, 'text/plain');
    });

    it('says in one line where there is nothing to draw it with', async () => {
      const file = folder.write('bare.ipynb', [chart, chart.split('\n')[1]]);
      const hides = join(folder.path, 'hides-chromium.cjs');
      writeFileSync(
        hides,
        `const fs = require('node:fs'); const { existsSync } = fs;
         fs.existsSync = (path) => !/chrom/i.test(path) && existsSync(path);`,
      );
      const { stderr } = await promisify(execFile)(
        process.execPath,
        ['--require', hides, 'dist/cli/main.js', 'notebook', 'run', file],
        { env: { ...process.env, CHROME: '' } },
      );
      expect(stderr).to.equal(
        'cell 1 of 2\ncell 2 of 2\n' +
          '2 charts have no SVG: no Chromium found: install it or name it in CHROME.\n',
      );
      expect(outputs(file)[1]).to.have.all.keys(PLOTLY, 'text/plain');
    });
  });

  it('stops when told to, without touching the notebook', async () => {
    const file = folder.write('abort.ipynb', [
      'await new Promise((done) => setTimeout(done, 60_000))',
    ]);
    const before = readFileSync(file, 'utf8');
    const stop = new AbortController();
    let started = 0;
    const run = runNotebook(jupyter, file, {
      timeout: 60,
      signal: stop.signal,
      onCell() {
        started = Date.now();
        stop.abort();
      },
    });
    const error = await run.catch((error: Error) => error);
    expect(error).to.have.property('message').that.contains('Interrupted');
    expect(Date.now() - started).to.be.below(30_000);
    expect(readFileSync(file, 'utf8')).to.equal(before);
  });
});
