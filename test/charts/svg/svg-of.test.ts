import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { decode } from 'fast-png';
import type { Browser, Page } from 'playwright-core';
import type { Figure } from '../../../src/charts/figure.js';
import { heatMapChart } from '../../../src/charts/heat-map.js';
import { validationChart } from '../../../src/charts/learning-curves.js';
import { findChromium, launch } from '../../../src/charts/svg/chromium.js';
import { openSvgRenderer, type SvgRenderer } from '../../../src/charts/svg/renderer.js';
import { METRICS } from '../../../src/experiments/metric.js';
import { skip } from '../../support/skip.js';
import { REPORTED, sampleRun } from '../sample-runs.js';

const CURVES = validationChart(
  ['adam', 'lookahead-adam'].flatMap((optimizer, i) =>
    [1, 2, 3].map((seed) =>
      sampleRun({ optimizer, seed }, { start: 0.7 + 0.02 * i + 0.003 * seed }),
    ),
  ),
  { reported: REPORTED },
);

const MAP = heatMapChart({
  ...{ title: 'k × α', subtitles: ['IMDB reviews, 1 seed'], xTitle: 'k', yTitle: 'α' },
  metric: METRICS.accuracy,
  cells: [5, 10].flatMap((k) =>
    [0.2, 0.5, 0.8].map((alpha) => ({
      ...{ x: k, y: alpha, mean: 0.8 + k / 1000 + alpha / 100, confidence: null, n: 1 },
    })),
  ),
});

const HOSTILE: Figure = {
  data: [{ name: '<script>alert(1)</script>', x: [1, 2], y: [1, 2] }],
  layout: {
    title: { text: 'a < b & </script><a href="javascript:alert(1)">c</a>' },
    images: [{ source: 'http://evil.test/x.png', x: 0, y: 1, sizex: 1, sizey: 1 }],
  },
};

describe('the SVG of a chart', () => {
  let renderer: SvgRenderer;

  before(async function () {
    if (!findChromium()) skip(this, 'no Chromium found; install it or name it in CHROME');
    renderer = await openSvgRenderer();
  });
  after(() => renderer?.close());

  it('is below 60 kB for the curves of six runs, and for a loss of 5,000 steps', async () => {
    const steps = Array.from({ length: 5000 }, (_, i) => i);
    // A noise that repeats after 97 steps.
    const y = steps.map((i) => Math.exp(-i / 1000) + ((i * 31) % 97) / 500);
    const loss = { data: [{ name: 'loss', x: steps, y }] };
    for (const figure of [CURVES, loss]) {
      const svg = (await renderer.svgOf(figure))!;
      expect(svg).to.match(/^<svg .*<\/svg>$/);
      expect(svg.length).to.be.within(3000, 60_000);
    }
  });

  it('has the size that is asked for, else the layout’s', async () => {
    const figure = { data: [{ y: [1, 2] }], layout: { height: 300 } };
    expect(await renderer.svgOf(figure)).to.include(' width="760" height="300" ');
    expect(await renderer.svgOf(figure, { width: 500, height: 200 })).to.include(
      ' width="500" height="200" ',
    );
  });

  it('is the same from another browser, and has ids of its own', async () => {
    const other = await openSvgRenderer();
    try {
      for (const figure of [CURVES, MAP]) {
        const svg = (await renderer.svgOf(figure))!;
        expect(await other.svgOf(figure)).to.equal(svg);
      }
    } finally {
      await other.close();
    }
    const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const [curves, map] = [await renderer.svgOf(CURVES), await renderer.svgOf(MAP)];
    expect(ids(curves!)).not.to.deep.equal([]);
    expect(ids(curves!)).not.to.have.any.members(ids(map!));
  });

  it('has a heat map’s fields as rectangles, not as an image', async () => {
    const svg = (await renderer.svgOf(MAP))!;
    expect(svg).not.to.include('<image');
    const [, fields] = /<g shape-rendering="crispEdges">(.*?)<\/g>/.exec(svg)!;
    expect(fields.match(/<rect /g)).to.have.lengthOf(2 * 3);
  });

  it('shows markup in names as text and has nothing from elsewhere in it', async () => {
    const svg = (await renderer.svgOf(HOSTILE))!;
    expect(svg).not.to.match(/<script|javascript:|evil|href/);
    expect(svg).to.include('a &#60; b &amp; ');
  });

  it('is null for what is no figure or takes hundreds of kilobytes, and the next one is drawn', async () => {
    const none = { data: [null] } as unknown as Figure;
    expect(await renderer.svgOf(none)).to.equal(null);
    const y = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 10_007);
    expect(await renderer.svgOf({ data: [{ y, mode: 'markers' }] })).to.equal(null);
    expect(await renderer.svgOf({ data: [{ y: [1] }] })).to.be.a('string');
  });

  it('is drawn all the same beside a figure that cannot be', async () => {
    const none = { data: [null] } as unknown as Figure;
    const figures = [{ data: [{ y: [1] }] }, none, { data: [{ y: [2] }] }];
    const drawn = await Promise.all(figures.map((figure) => renderer.svgOf(figure)));
    expect(drawn.map((svg) => svg === null)).to.deep.equal([false, true, false]);
  });

  it('looks like Plotly’s own', async () => {
    const browser = await launch();
    try {
      const page = await browser.newPage({ viewport: { width: 760, height: 500 } });
      for (const figure of [CURVES, MAP]) {
        const layout = { ...figure.layout, width: 760, height: 450, autosize: false };
        const plotly = await plotlySvg(browser, { ...figure, layout });
        const ours = (await renderer.svgOf(figure, { width: 760, height: 450 }))!;
        expect(ours.length).to.be.below(plotly.length / 2);
        const [a, b] = [await pixels(page, plotly), await pixels(page, ours)];
        let different = 0;
        for (let i = 0; i < a.length; i++) if (Math.abs(a[i] - b[i]) > 48) different++;
        // Edges that fall between two pixels move by less than a tenth of one.
        expect(different / a.length, 'part of the pixels').to.be.below(0.002);
      }
    } finally {
      await browser.close();
    }
  });

  it('is drawn by one browser, which does not keep a program from ending', async () => {
    const program = `
      const { chromium } = require('playwright-core');
      const { svgOf } = require('./src/charts/svg/svg-of.ts');
      const launch = chromium.launch.bind(chromium);
      let launched = 0;
      chromium.launch = (options) => (launched++, launch(options));
      const charts = [1, 2, 3].map((y) => svgOf({ data: [{ y: [y, 0] }] }));
      Promise.all(charts).then((svgs) =>
        console.log(launched, new Set(svgs).size, svgs.every((svg) => svg.startsWith('<svg'))));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--eval', program],
      { timeout: 150_000 },
    );
    expect(stdout).to.equal('1 3 true\n');
  });
});

describe('the SVG of a chart where there is no renderer', () => {
  it('is null', async () => {
    // Nothing is at CHROME, and none of the usual places is looked at by the program.
    const program = `
      const fs = require('node:fs');
      fs.existsSync = () => false;
      const { svgOf } = require('./src/charts/svg/svg-of.ts');
      svgOf({ data: [{ y: [1] }] }).then((svg) => console.log(svg));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--eval', program],
      { timeout: 150_000 },
    );
    expect(stdout).to.equal('null\n');
  });
});

async function plotlySvg(browser: Browser, figure: Figure): Promise<string> {
  const page = await browser.newPage();
  await page.addScriptTag({ path: require.resolve('plotly.js-dist-min') });
  const json = JSON.stringify(figure);
  const svg = await page.evaluate(
    `Plotly.toImage(${json}, { format: 'svg', imageDataOnly: true })`,
  );
  await page.close();
  return svg as string;
}

/** The colours of a picture as a browser shows it. */
async function pixels(page: Page, svg: string): Promise<Uint8Array> {
  const source = Buffer.from(svg).toString('base64');
  await page.setContent(`<img src="data:image/svg+xml;base64,${source}">`);
  return decode(await page.screenshot()).data as Uint8Array;
}
