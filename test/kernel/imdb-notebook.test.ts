import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runNotebook } from '../../src/kernel/headless.js';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { type CodeCell, notebookFolder, readCells, text } from './notebooks.js';

interface Figure {
  data: { name: string; x: number[]; y: number[] }[];
  layout: { title: { text: string } };
}

describe('the notebook imdb.ipynb', function () {
  this.timeout(300_000);
  const folder = notebookFolder();
  let cells: CodeCell[];

  before(async () => {
    const file = join(folder.path, 'imdb.ipynb');
    copyFileSync('notebooks/imdb.ipynb', file);
    await runNotebook(findJupyter(), file, { timeout: 240 });
    cells = readCells(file);
  });
  after(() => folder.remove());

  /** What all cells have put out of this MIME type. */
  const outputs = (type: string) =>
    cells.flatMap((cell) => cell.outputs.flatMap(({ data }) => (data?.[type] ? [data[type]] : [])));

  it('runs without an error or a word on standard error', () => {
    for (const { outputs } of cells) {
      expect(outputs.filter(({ output_type }) => output_type === 'error')).to.deep.equal([]);
      expect(outputs.filter(({ name }) => name === 'stderr')).to.deep.equal([]);
    }
    expect(cells.map((cell) => cell.execution_count)).to.deep.equal(cells.map((_, i) => i + 1));
  });

  it('draws six epochs of Adam and of Lazy(Adam), and says that the data are synthetic', () => {
    const [figure, ...others] = outputs('application/vnd.plotly.v1+json') as Figure[];
    expect(others).to.be.empty;
    expect(figure.data.map(({ name }) => name)).to.deep.equal(['Adam', 'Lazy(Adam)']);
    for (const { x, y } of figure.data) {
      expect(x).to.deep.equal([1, 2, 3, 4, 5, 6]);
      expect(y.filter((accuracy) => accuracy > 0 && accuracy <= 100)).to.have.length(6);
    }
    expect(figure.layout.title.text).to.match(/synthetic/i);
  });

  it("sets the article's figures beside its own", () => {
    const table = outputs('text/plain')
      .map(text)
      .find((plain) => plain.includes('reported'))!;
    const [head, adam, lazyAdam] = table.split('\n');
    expect(head).to.match(/^optimizer +reported +best epoch here +last epoch here$/);
    expect(adam).to.match(/^adam +about 83\.7 % +\d+\.\d\d % +\d+\.\d\d %$/);
    expect(lazyAdam).to.match(/^lazy-adam +about 84\.9 % +\d+\.\d\d % +\d+\.\d\d %$/);
  });
});
