import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { chartData, save } from './chart-page.js';
import { runAll } from './lab-page.js';
import { labSuite } from './lab-suite.js';

/** A slider that moves a chart, and one widget of each other kind. */
const CELLS = [
  `import {
     Button, Dropdown, FloatLogSlider, FloatProgress, FloatSlider, HBox, HTML, IntSlider, livePlot,
     Output, Text, ToggleButton, VBox,
   } from 'lazyahead/notebook';
   const figure = (power: number) => ({
     data: [{ name: 'x to the power', x: [1, 2, 3], y: [1, 2, 3].map((x) => x ** power) }],
     layout: { title: { text: 'Powers' }, height: 300 },
   });`,
  `const power = new IntSlider({ description: 'power', value: 1, min: 1, max: 5 });
   const chart = livePlot(figure(power.value));
   power.observe((value) => chart.update(figure(value)));
   power.show();`,
  `const log = new Output();
   const train = new Button({ description: 'Train', kind: 'primary', icon: 'play' });
   train.onClick(() => log.print('clicked\\n'));
   new VBox([
     new HBox([
       new FloatLogSlider({ description: 'learning rate', value: 1e-3 }),
       new FloatSlider({ description: 'α', value: 0.5 }),
     ]),
     new HBox([
       new Dropdown({ description: 'optimizer', options: ['adam', 'lazy-adam'], value: 'lazy-adam' }),
       new ToggleButton({ description: 'lazy', value: true }),
       new Text({ description: 'run', value: 'first' }),
     ]),
     new HBox([train, new FloatProgress({ value: 0.3 }), new HTML('<b>ready</b>')]),
     log,
   ]).show();`,
];

describe('widgets in JupyterLab', () => {
  const suite = labSuite();
  suite.folder.write('widgets.ipynb', CELLS);
  let page: Page;

  before(async () => {
    page = await suite.lab.open('widgets.ipynb');
    await runAll(page);
    await page.locator('.widget-button', { hasText: 'Train' }).waitFor();
  });

  it('draw every kind, with the values that the program gave', async () => {
    await page.waitForFunction(
      `[...document.querySelectorAll('.widget-readout')].filter((e) => e.textContent).length === 3`,
    );
    const readouts = page.locator('.widget-readout');
    expect(await readouts.allTextContents()).to.deep.equal(['1', '0.001', '0.50']);
    expect(await page.locator('.widget-dropdown select').inputValue()).to.equal('lazy-adam');
    expect(await page.locator('.widget-text input').inputValue()).to.equal('first');
    expect(await page.locator('.widget-toggle-button.mod-active').textContent()).to.contain('lazy');
    expect(await page.locator('.widget-html-content b').textContent()).to.equal('ready');
    expect(await page.getByText('Error displaying widget').count()).to.equal(0);
  });

  it('a slider moved by hand moves the chart', async () => {
    expect(await chartData(page)).to.deep.include({ y: [1, 2, 3] });
    const handle = page.locator('.noUi-handle').first();
    await handle.focus();
    await handle.press('ArrowRight');
    await handle.press('ArrowRight');
    // 1, 2 and 3 to the power of 3.
    await expectData(page, [1, 8, 27]);
  });

  it('a click reaches the program, whose answer appears in the output widget', async () => {
    await page.locator('.widget-button', { hasText: 'Train' }).click();
    await page.locator('.jp-OutputArea-output pre', { hasText: /^clicked\n$/ }).waitFor();
  });

  it('are live again when the page is loaded anew', async () => {
    await save(page);
    await page.reload();
    await page.locator('.widget-readout').first().getByText('3', { exact: true }).waitFor();
    await page.locator('.widget-button', { hasText: 'Train' }).click();
    await page.locator('.jp-OutputArea-output pre', { hasText: /^clicked\nclicked\n$/ }).waitFor();
  });

  it('leave their last state in the saved notebook, and text to readers who do not trust it', async () => {
    await save(page);
    const { metadata } = JSON.parse(readFileSync(join(suite.folder.path, 'widgets.ipynb'), 'utf8'));
    const { state } = metadata.widgets['application/vnd.jupyter.widget-state+json'];
    const models = Object.values(state) as { model_name: string; state: { value?: unknown } }[];
    const slider = models.find(({ model_name }) => model_name === 'IntSliderModel');
    expect(slider!.state.value).to.equal(3);

    await suite.restart();
    page = await suite.lab.open('widgets.ipynb');
    await page.locator('.jp-OutputArea-output pre', { hasText: 'power: ' }).waitFor();
    expect(await chartData(page)).to.deep.include({ y: [1, 8, 27] });
    expect(await page.getByText('Error displaying widget').count()).to.equal(0);
  });
});

async function expectData(page: Page, y: number[]): Promise<void> {
  await page.waitForFunction(
    `JSON.stringify(document.querySelector('.js-plotly-plot')?.data[0].y) === '${JSON.stringify(y)}'`,
  );
}
