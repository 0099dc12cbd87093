/** Charts drawn by Plotly in a browser that nobody sees. */
import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { figureJson, type PlotlyFigure, type Trace } from '../figure.js';
import { launch } from './chromium.js';
import { compactSvg } from './compact.js';

/** In pixels. */
export interface SvgSize {
  width?: number;
  height?: number;
}

/** A browser with Plotly in it. */
export interface SvgRenderer {
  /**
   * A figure as compact SVG, the same for the same figure; `null` where Plotly cannot draw it, or
   * only with hundreds of kilobytes: a cloud of ten thousand points, a surface.
   *
   * @param size - by default the layout's, else 760 × 450.
   */
  svgOf(figure: PlotlyFigure, size?: SvgSize): Promise<string | null>;
  close(): Promise<void>;
}

/** About the width of a notebook's outputs (pixels). */
const WIDTH = 760;
const HEIGHT = 450;

/** Time for one chart (ms). */
const PATIENCE = 30_000;

/** Most characters of an SVG. */
const LARGEST = 300_000;

/**
 * Starts one browser for any number of charts. It reaches no network.
 *
 * @throws Error when there is no Chromium, or no playwright-core to drive it.
 */
export async function openSvgRenderer(): Promise<SvgRenderer> {
  const plotly = require.resolve('plotly.js-dist-min');
  const browser = await launch();
  let page: Page | undefined;
  const svgOf = async (figure: PlotlyFigure, size: SvgSize): Promise<string | null> => {
    try {
      page ??= await openPage(browser, plotly);
      const { json, hash } = drawable(figure, size);
      const svg = await compactSvg(await draw(page, json), `c${hash}-`);
      return svg.length > LARGEST ? null : svg;
    } catch {
      // A page that is still busy, or has crashed, must not hold up the next chart.
      const stuck = page;
      page = undefined;
      await stuck?.close().catch(() => {});
      return null;
    }
  };
  // One after the other: what goes wrong with one must not spoil those beside it.
  let last: Promise<unknown> = Promise.resolve();
  return {
    svgOf(figure, size = {}) {
      const drawn = last.then(() => svgOf(figure, size));
      last = drawn;
      return drawn;
    },
    close: () => browser.close(),
  };
}

async function openPage(browser: Browser, plotly: string): Promise<Page> {
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  await page.addScriptTag({ path: plotly });
  return page;
}

async function draw(page: Page, json: string): Promise<string> {
  const drawing = page.evaluate(
    `Plotly.toImage(${json}, { format: 'svg', imageDataOnly: true })`,
  ) as Promise<string>;
  drawing.catch(() => {}); // rejects so when its page is closed, too
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the chart took too long')), PATIENCE);
  });
  try {
    return await Promise.race([drawing, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The figure at its size, by means that end in SVG, and what tells it from others. */
function drawable(
  { data, layout = {} }: PlotlyFigure,
  size: SvgSize,
): { json: string; hash: string } {
  const width = size.width ?? layout.width ?? WIDTH;
  const height = size.height ?? layout.height ?? HEIGHT;
  const sized = {
    data: data.map(withoutWebGl),
    layout: { ...layout, width, height, autosize: false },
  };
  const json = figureJson(sized).replace(/</g, '\\u003c');
  return { json, hash: createHash('sha256').update(json).digest('hex').slice(0, 6) };
}

function withoutWebGl(trace: Trace): Trace {
  return typeof trace.type === 'string' ? { ...trace, type: trace.type.replace(/gl$/, '') } : trace;
}
