import { basename } from 'node:path';
import { expect } from 'chai';
import { hoverFirstPoint, runAll } from './lab-page.js';
import { labSuite } from './lab-suite.js';

/** Every kind of output once, the chart last: what a cell prints before it must not get lost. */
const SMALL = [
  `import { plot, showProgress, table } from 'lazyahead/notebook';`,
  `const show = showProgress('Adam');
   for (let step = 1; step <= 20; step++) {
     show({ type: 'step', step, totalSteps: 20, epoch: 1, loss: 0.5, batchLoss: 0.5, accuracy: 0.75, stepsPerSecond: 20, secondsLeft: 1 - step / 20 });
     await new Promise((done) => setTimeout(done, 50));
   }`,
  `for (let i = 0; i < 3000; i++) console.log('line', i);`,
  `table([{ optimizer: 'Adam', accuracy: '83.7 %' }, { optimizer: 'Lazy(Adam)', accuracy: '85.1 %' }]);`,
  `plot({
     data: [
       { name: 'Adam', x: [1, 2, 3], y: [0.71, 0.82, 0.81], mode: 'lines+markers' },
       { name: 'Lazy(Adam)', x: [1, 2, 3], y: [0.7, 0.83, 0.85], mode: 'lines+markers' },
     ],
     layout: { title: { text: 'Validation accuracy' }, height: 360 },
   });`,
];

describe('a notebook in JupyterLab', () => {
  const suite = labSuite();

  const small = suite.folder.write('small.ipynb', SMALL);
  it('draws its chart on Run All, with a label under the mouse', async () => {
    const page = await suite.lab.open(basename(small));
    const points = page.locator('.js-plotly-plot .scatterlayer .point');
    // JupyterLab shows errors under the type it has for standard error.
    const errors = page.locator('.jp-OutputArea-output[data-mime-type$=stderr]');
    await runAll(page);
    await points.or(errors).first().waitFor({ state: 'attached', timeout: 60_000 });
    expect(await errors.allTextContents()).to.deep.equal([]);
    expect(await hoverFirstPoint(page)).to.match(/\d/);
    expect(suite.lab.foreignRequests, 'requests that leave this machine').to.deep.equal([]);
  });
});
