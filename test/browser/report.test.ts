import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { writeReport } from '../../src/report/write.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';
import { skip } from '../support/skip.js';
import { findChromium, launch } from './chromium.js';

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
    await writeReport(file, {
      title: 'IMDB reviews: Adam, Lazy(Adam) and Lookahead(Adam)',
      runs: optimizers.flatMap((optimizer, i) =>
        [1, 2].map((seed) => sampleRun({ optimizer, seed }, { start: 0.7 + 0.01 * (i + seed) })),
      ),
      reported: REPORTED,
      environment: { node: process.version, native: { source: 'a/very/long/path/'.repeat(9) } },
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
    it(`draws both charts on ${name}, offline, silently and no wider than the screen`, async () => {
      const { page, problems } = await open(options);
      expect(await page.locator('.js-plotly-plot').count()).to.equal(2);
      // Four optimizers, of each a mean and two seeds, and two reported lines.
      expect(await page.locator('.js-plotly-plot >> nth=0 >> .scatter').count()).to.equal(14);
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

  it('tells optimizer, epoch, step and value where the pointer rests', async () => {
    const { page } = await open({ viewport: { width: 1200, height: 900 } });
    const point = page.locator('.js-plotly-plot >> nth=0 >> .scatter .points path').first();
    await point.scrollIntoViewIfNeeded();
    const box = (await point.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const label = page.locator('.hoverlayer .hovertext');
    await label.waitFor();
    expect(await label.textContent()).to.match(/Adam.*epoch 1, step 100.*validation accuracy \d/);
    await page.context().close();
  });
});
