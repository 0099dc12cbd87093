import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXPERIMENTS } from '../../src/experiments/config.js';
import { runNotebook } from '../../src/kernel/headless.js';
import { findJupyter } from '../../src/kernel/jupyter.js';
import type { NotebookParameters } from '../../src/kernel/parameters.js';
import { type CodeCell, notebookFolder, readCells, text } from './notebooks.js';

const PLOTLY = 'application/vnd.plotly.v1+json';

const short = { epochs: 1, seeds: [1] };

/** Each notebook, with what makes it short, and how many charts it draws then. */
const NOTEBOOKS: Record<string, { parameters: NotebookParameters; charts: number }> = {
  'start-here': { parameters: {}, charts: 2 },
  lookahead: { parameters: { epochs: 1 }, charts: 5 },
  lazy: { parameters: { epochs: 1 }, charts: 7 },
  imdb: { parameters: { ...short, optimizers: ['adam', 'lazy-adam'] }, charts: 4 },
  cifar: { parameters: { ...short, optimizers: ['sgd', 'lookahead-sgd'] }, charts: 4 },
  'language-model': { parameters: { ...short, optimizers: ['sgd', 'lookahead-sgd'] }, charts: 4 },
  tweak: { parameters: { grid: { k: [2, 5] } }, charts: 3 },
};

/** Notebooks with a table of an experiment's presets. */
const TABLES: Record<string, string> = { imdb: 'imdb', cifar: 'cifar10', 'language-model': 'ptb' };

/** The largest that a notebook may be with its outputs (bytes). */
const LARGEST = 500_000;

interface Figure {
  layout: { title?: { text?: string }; xaxis?: Axis; yaxis?: Axis };
}

interface Axis {
  title?: { text?: string };
}

const bundles = (cells: CodeCell[]) =>
  cells.flatMap((cell) => cell.outputs.flatMap(({ data }) => (data ? [data] : [])));
const figures = (cells: CodeCell[]) =>
  bundles(cells).flatMap((data) => (data[PLOTLY] ? [data[PLOTLY] as Figure] : []));

describe('the notebooks', () => {
  it('are those that are tested here', () => {
    const names = readdirSync('notebooks').filter((name) => name.endsWith('.ipynb'));
    expect(names.sort()).to.deep.equal(
      Object.keys(NOTEBOOKS)
        .map((name) => `${name}.ipynb`)
        .sort(),
    );
  });

  for (const [name, { parameters, charts }] of Object.entries(NOTEBOOKS)) {
    describe(name, function () {
      this.timeout(900_000);

      describe('as it is published', () => {
        const file = join('notebooks', `${name}.ipynb`);
        const cells = readCells(file);

        it('was run from top to bottom without an error or a word on standard error', () => {
          expect(cells.map((cell) => cell.execution_count)).to.deep.equal(
            cells.map((_, i) => i + 1),
          );
          const faults = cells.flatMap(({ outputs }) =>
            outputs.filter((output) => output.output_type === 'error' || output.name === 'stderr'),
          );
          expect(faults).to.deep.equal([]);
        });

        it('holds an SVG of each chart, is small, and names no path of the machine it ran on', () => {
          const drawn = bundles(cells).filter((data) => data[PLOTLY]);
          expect(drawn.every((data) => data['image/svg+xml'])).to.equal(true);
          expect(statSync(file).size).to.be.below(LARGEST);
          expect(readFileSync(file, 'utf8')).not.to.match(/\/(home|root|tmp|work|Users)\//);
        });
      });

      const experiment = TABLES[name];
      if (experiment !== undefined) {
        it('has the presets that there are in its published table', () => {
          const shown = bundles(readCells(join('notebooks', `${name}.ipynb`)))
            .map((data) => text(data['text/plain'] ?? ''))
            .join('\n');
          for (const { description } of Object.values(EXPERIMENTS[experiment].presets)) {
            expect(shown).to.include(description);
          }
        });
      }

      describe('run with parameters that make it short', () => {
        const folder = notebookFolder();
        let cells: CodeCell[];

        before(async () => {
          // In a folder of its own, for the runs that it leaves.
          const input = join(folder.path, `${name}.ipynb`);
          const output = join(folder.path, 'executed.ipynb');
          cpSync(join('notebooks', `${name}.ipynb`), input);
          const options = { output, parameters, svg: false, timeout: 600 };
          await runNotebook(findJupyter(), input, options);
          cells = readCells(output);
        });
        after(() => folder.remove());

        it('runs without a word on standard error', () => {
          const said = cells.flatMap((cell) => cell.outputs.filter((out) => out.name === 'stderr'));
          expect(said).to.deep.equal([]);
        });

        it('draws its charts, each with a title and with axes that say what they are of', () => {
          const drawn = figures(cells);
          expect(drawn).to.have.length(charts);
          for (const { layout } of drawn) {
            expect(layout.title?.text).to.be.a('string').that.is.not.empty;
            for (const axis of [layout.xaxis, layout.yaxis]) {
              expect(axis?.title?.text, layout.title?.text).to.be.a('string').that.is.not.empty;
            }
          }
        });

        it('says wherever a run is shown that its data are synthetic', () => {
          const results = figures(cells)
            .map(({ layout }) => layout.title!.text!)
            .filter((title) => /^(<b>)?Validation|^(<b>)?Loss/.test(title));
          for (const title of results) expect(title).to.match(/synthetic/i);
          const tables = cells
            .flatMap((cell) => cell.outputs.map((output) => text(output.text ?? '')))
            .filter((printed) => printed.includes('reported / reproduced'));
          for (const table of tables) expect(table).to.contain('synthetic data: not comparable');
        });
      });
    });
  }
});
