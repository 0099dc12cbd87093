import type { SvgRenderer } from './renderer.js';

/** Time after the last chart at which the browser is closed (ms). */
const IDLE = 2000;

let renderer: Promise<SvgRenderer> | undefined;
let drawing = 0;
let timer: NodeJS.Timeout | undefined;

/**
 * A Plotly figure as SVG, drawn offline by the system's Chromium; `null` where there is none, no
 * playwright-core to drive it, or no SVG of moderate size. The same figure gives the same SVG.
 *
 * @param size - in pixels; by default the layout's, else 760 × 450.
 */
export async function svgOf(
  ...[figure, size]: Parameters<SvgRenderer['svgOf']>
): Promise<string | null> {
  // One browser for charts that follow one another, and none that keeps a program from ending.
  clearTimeout(timer);
  drawing++;
  try {
    // Loaded when it is wanted: what reads SVG and PNG is no part of every cell's start.
    renderer ??= import('./renderer.js').then(({ openSvgRenderer }) => openSvgRenderer());
    return await (await renderer).svgOf(figure, size);
  } catch {
    await close();
    return null;
  } finally {
    drawing--;
    if (drawing === 0) timer = setTimeout(close, IDLE);
  }
}

async function close(): Promise<void> {
  const closing = renderer;
  renderer = undefined;
  await (await closing?.catch(() => null))?.close();
}
