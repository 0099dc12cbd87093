import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { EXPERIMENTS } from '../src/experiments/config.js';
import { reproductionTable } from '../src/report/reproduction.js';
import { reproductionText } from '../src/report/text.js';
import { readRun } from '../src/training/run-files.js';

const ROOT = resolve(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('README.md', () => {
  it('quotes the table of the runs in results/imdb-quick, in the order in which they were made', () => {
    const folder = join(ROOT, 'results', 'imdb-quick');
    const runs = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => readRun(join(folder, name)));
    const order = EXPERIMENTS.imdb.compared;
    runs.sort((a, b) => order.indexOf(a.summary.optimizer) - order.indexOf(b.summary.optimizer));
    const table = reproductionText(reproductionTable(runs, EXPERIMENTS.imdb.reported));
    expect(README).to.contain(`\`\`\`text\n${table.trim()}\n\`\`\``);
  });

  it('links to files that are there', () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) => link);
    expect(links).to.not.equal([]);
    for (const link of links) {
      expect(existsSync(join(ROOT, link)), link).to.equal(true);
    }
  });
});
