import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { chartData, save } from './chart-page.js';
import { runAll } from './lab-page.js';
import { labSuite } from './lab-suite.js';

/** A training on generated reviews; then a chart that changes faster than it can be drawn. */
const TRAINING = [
  `import { startBackend, run } from 'lazyahead/kit';
   import { liveCurves } from 'lazyahead/notebook';
   await startBackend();
   const result = await run(
     { experiment: 'imdb', preset: 'smoke', optimizer: 'lazy-adam', epochs: 4, seed: 1 },
     { onEvent: liveCurves('lazy-adam') },
   );
   console.log('trained', result.summary.steps);`,
];
const QUICK = [
  `import { livePlot } from 'lazyahead/notebook';
   const chart = livePlot({ data: [{ name: 'sine', x: [], y: [] }], layout: { height: 300 } });
   for (let i = 0; i < 2000; i++) {
     chart.extend({ x: [i], y: [Math.sin(i / 20)] });
     await new Promise((done) => setTimeout(done, 5));
   }
   chart.close();
   console.log('drawn');`,
];

/** Counts, in the page, Plotly's redraws and moments at which a chart that was there is not. */
const WATCH = `(() => {
  window.watched = { redraws: [], points: [], gaps: 0 };
  let seen = false;
  const look = () => {
    const chart = document.querySelector('.js-plotly-plot');
    const there = Boolean(chart?.data && chart.querySelector('.main-svg') && chart.offsetHeight > 0);
    if (there && !chart.watched) {
      chart.watched = true;
      chart.on('plotly_afterplot', () => {
        window.watched.redraws.push(performance.now());
        window.watched.points.push(chart.data[0].x.length);
      });
    }
    if (seen && !there) window.watched.gaps++;
    seen ||= there;
    requestAnimationFrame(look);
  };
  look();
})()`;

interface Watched {
  redraws: number[];
  points: number[];
  gaps: number;
}

describe('a live chart in JupyterLab', () => {
  const suite = labSuite();
  suite.folder.write('training.ipynb', TRAINING);
  suite.folder.write('quick.ipynb', QUICK);
  let page: Page;

  /** Runs a notebook to the line that its last cell prints. */
  async function watch(name: string, lastLine: string): Promise<Watched> {
    page = await suite.lab.open(name);
    await page.evaluate(WATCH);
    await runAll(page);
    await page
      .locator('.jp-OutputArea-output pre', { hasText: lastLine })
      .waitFor({ timeout: 200_000 });
    return (await page.evaluate('window.watched')) as Watched;
  }

  it('is redrawn at least 10 times a second, without a moment of absence', async () => {
    const { redraws, gaps } = await watch('quick.ipynb', 'drawn');
    // In its best second: the machine may be busy with something else.
    const inASecond = redraws.map((from) => redraws.filter((at) => at >= from && at < from + 1000));
    expect(Math.max(...inASecond.map(({ length }) => length))).to.be.at.least(10);
    expect(gaps).to.equal(0);
    expect((await chartData(page)).x).to.have.length(2000);
    expect(suite.lab.foreignRequests, 'requests that leave this machine').to.deep.equal([]);
  });

  it('grows while a model is trained', async () => {
    const { points, gaps } = await watch('training.ipynb', 'trained');
    const stages = new Set(points);
    expect([...stages]).to.deep.equal([...stages].sort((a, b) => a - b));
    expect(stages.size, 'stages seen').to.be.greaterThan(3);
    expect(gaps).to.equal(0);
  });

  it('is as it was at the end in a saved notebook that nobody trusts', async () => {
    const trained = await chartData(page);
    await save(page);
    await suite.restart();
    page = await suite.lab.open('training.ipynb');
    expect(await chartData(page)).to.deep.include({ x: trained.x, y: trained.y });
    expect(await page.locator('.jp-OutputArea-output script').count()).to.equal(0);
  });
});
