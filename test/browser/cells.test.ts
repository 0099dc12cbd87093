import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { runAll } from './lab-page.js';
import { labSuite } from './lab-suite.js';

const LINES = 20_000;
const CELLS = {
  'burst.ipynb': [`for (let i = 0; i < ${LINES}; i++) console.log(i);`, `'after'`],
  'error.ipynb': [
    [
      'function root(x: number): number {',
      '  if (x < 0) throw new RangeError("no root of " + x);',
      '  return Math.sqrt(x);',
      '}',
    ].join('\n'),
    'root(4)',
    'const all = [4, -1].map(root);',
    `'never'`,
  ],
  'training.ipynb': [
    `import { readRun, run } from 'lazyahead/kit';
     import { liveCurves } from 'lazyahead/notebook';
     import { mkdtempSync } from 'node:fs';
     const runDir = mkdtempSync('run-');
     const request = { experiment: 'imdb', preset: 'smoke', optimizer: 'lazy-adam', epochs: 1000 };`,
    `await run(request, { runDir, onEvent: liveCurves('lazy-adam') });`,
  ],
};

describe('cells in JupyterLab', () => {
  const suite = labSuite();
  for (const [name, cells] of Object.entries(CELLS)) suite.folder.write(name, cells);
  let page: Page;

  const output = (cell: number) =>
    page.locator('.jp-CodeCell').nth(cell).locator('.jp-OutputArea-output');

  it(`show all of ${LINES} lines that a loop has printed, and run on`, async () => {
    page = await suite.lab.open('burst.ipynb');
    await runAll(page);
    await output(1).getByText("'after'").waitFor();
    const last = page
      .locator('.jp-CodeCell')
      .nth(0)
      .getByText(`${LINES - 1}`);
    await last.waitFor({ state: 'attached' });
    const text = await output(0)
      .first()
      .evaluate((element) => element.textContent ?? '');
    expect(text.split('\n').slice(0, 3)).to.deep.equal(['0', '1', '2']);
    expect(text.trimEnd().split('\n')).to.have.length(LINES);
  });

  it('show an exception with the places in cells that led to it, and stop there', async () => {
    page = await suite.lab.open('error.ipynb');
    await runAll(page);
    const error = page.locator('.jp-CodeCell').nth(2).locator('.jp-OutputArea-output');
    await error.getByText('RangeError: no root of -1').waitFor();
    const traceback = (await error.textContent()) ?? '';
    expect(traceback).to.match(/at root \(In\[1\]:2:20\)/);
    expect(traceback).to.match(/In\[3\]:1:\d+/);
    expect(traceback).not.to.match(/node_modules|dist\/kernel|node:/);
    expect(await output(3).count()).to.equal(0);
  });

  it('stop training at the stop button, which leaves a run that says so and a kernel that goes on', async () => {
    page = await suite.lab.open('training.ipynb');
    await runAll(page);
    // Its curve has begun: the training runs.
    await page.locator('.js-plotly-plot .main-svg').first().waitFor();
    await page.waitForTimeout(1000);
    await page
      .locator(
        '[data-command="notebook:interrupt-kernel"], .jp-ToolbarButton [data-icon="ui-components:stop"]',
      )
      .first()
      .click();
    const cell = page.locator('.jp-CodeCell').nth(1);
    await cell.getByText('Interrupted: The cell was interrupted.').waitFor();
    await cell.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('readRun(runDir).summary.status');
    await page.keyboard.press('Control+Enter');
    await cell.getByText("'interrupted'").waitFor();
  });
});
