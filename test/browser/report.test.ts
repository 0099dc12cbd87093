import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { findChromium, launch } from '../../src/charts/svg/chromium.js';
import { writeReport } from '../../src/report/write.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';
import { skip } from '../support/skip.js';
import { labelAt } from './lab-page.js';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe('the HTML report in a browser', () => {
  let folder: string;
  let browser: Browser;
  let address: string;

  before(async function () {
    if (!findChromium()) skip(this, 'no Chromium found; install it or name it in CHROME');
    folder = await mkdtemp(join(tmpdir(), 'lazyahead-report-'));
    const file = join(folder, 'report.html');
    address = pathToFileURL(file).href;
    const optimizers = ['adam', 'lazy-adam', 'lookahead-adam', 'lookahead-lazy-adam'];
    const start = (i: number, seed: number) => ({ start: 0.7 + 0.01 * i + 0.003 * seed });
    const grid = [5, 10, 20].flatMap((k) => [0.2, 0.5, 0.8].map((alpha) => ({ k, alpha })));
    await writeReport(file, {
      title: 'IMDB reviews: Adam, Lazy(Adam) and Lookahead(Adam)',
      sections: [
        {
          runs: optimizers.flatMap((optimizer, i) =>
            [1, 2, 3].map((seed) => sampleRun({ optimizer, seed }, start(i, seed))),
          ),
          reported: REPORTED,
        },
        {
          runs: grid.map((overrides, i) =>
            sampleRun({ optimizer: 'lookahead-adam', preset: 'full', overrides }, start(i, 1)),
          ),
          reported: REPORTED,
        },
      ],
      environments: [{ node: process.version, native: { source: 'a/very/long/path/'.repeat(9) } }],
    });
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  /** Opens the page offline; `problems` gathers what it logs and any request but for itself. */
  async function open(options: BrowserContextOptions): Promise<{ page: Page; problems: string[] }> {
    const context = await browser.newContext({ ...options, offline: true });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => problems.push(message.text()));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(address);
    await page.waitForSelector('.js-plotly-plot .main-svg');
    return { page, problems };
  }

  const views = {
    'a desktop': { viewport: { width: 1200, height: 900 } },
    'a phone': PHONE,
    'a phone in the dark': { ...PHONE, colorScheme: 'dark' as const },
  };
  for (const [name, options] of Object.entries(views)) {
    it(`draws every chart on ${name}, offline, silently and no wider than the screen`, async () => {
      const { page, problems } = await open(options);
      // Metric and loss of two sections, and one heat map.
      expect(await page.locator('.js-plotly-plot').count()).to.equal(5);
      // Four optimizers, of each a mean and its band, and two reported lines.
      expect(await page.locator('.js-plotly-plot >> nth=0 >> .scatter').count()).to.equal(10);
      expect(await page.locator('.js-plotly-plot .heatmaplayer image').count()).to.equal(1);
      const { scroll, screen } = (await page.evaluate(
        'new Object({ scroll: document.documentElement.scrollWidth, screen: innerWidth })',
      )) as { scroll: number; screen: number };
      expect(scroll).to.be.at.most(screen);
      expect(screen).to.equal(options.viewport.width);
      expect(problems).to.deep.equal([]);
      await page.context().close();
    });
  }

  it('follows the theme when the reader changes it', async () => {
    const { page } = await open({ colorScheme: 'light' });
    await page.waitForSelector('.main-svg[style*="rgb(255, 255, 255)"]');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForSelector('.main-svg[style*="rgb(23, 26, 33)"]');
    await page.context().close();
  });

  it('prints in black on white, no wider than the paper, each table and chart on one page', async () => {
    const { page } = await open({ viewport: { width: 1200, height: 900 }, colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    // Chromium writes page counts in clear.
    const [, pages] = pdf.toString('latin1').match(/\/Type \/Pages[^>]*\/Count (\d+)/) ?? [];
    expect(Number(pages)).to.be.within(3, 12);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    await page.waitForSelector('.main-svg[style*="rgb(255, 255, 255)"]');
    const widest = await page.evaluate(
      "Math.max(...[...document.querySelectorAll('.js-plotly-plot .main-svg')].map((svg) => svg.clientWidth))",
    );
    // A4 less Chromium's margins, at 96 pixels an inch.
    expect(widest).to.be.at.most(720);
    await page.context().close();
  });

  it('tells optimizer, epoch, step and value where the pointer rests', async () => {
    const { page } = await open({ viewport: { width: 1200, height: 900 } });
    const point = page.locator('.js-plotly-plot >> nth=0 >> .scatter .points path').first();
    await point.scrollIntoViewIfNeeded();
    expect(await labelAt(page, point)).to.match(/Adam.*epoch 1, step 100.*validation accuracy \d/);
    await page.context().close();
  });
});
