import { randomBytes } from 'node:crypto';
import { figureJson, type PlotlyFigure } from '../charts/figure.js';
import { figureBundle } from '../kernel/values/figure.js';
import type { MimeBundle } from '../runtime/cell-api.js';
import { UsageError } from '../runtime/errors.js';
import { interrupted } from './ask.js';
import { replaceableDisplay } from './display.js';
import { plot } from './plot.js';

/** Shortest time between two redraws (ms): 20 a second look like a movement. */
const REDRAW_EVERY = 50;

/** A figure of this many characters takes 1 ms longer: a large one is redrawn less often. */
const CHARACTERS_PER_MS = 2000;

/** Time between two updates of what would be saved (ms). */
const SAVE_EVERY = 2000;

/** Points to add to a trace: `{ x: [4, 5], y: [0.3, 0.2] }`. */
export type Points = Record<string, readonly (number | string | null)[]>;

/** A chart that changes while a cell runs, and after. */
export interface LivePlot {
  /** Adds points to the end of a trace. @param trace - its index, 0 by default. */
  extend(points: Points, trace?: number): void;
  /** Shows another figure in the same place; zoom and hidden traces stay as the reader left them. */
  update(figure: PlotlyFigure): void;
  /**
   * Draws what is still to be drawn, and leaves the figure as it is to the saved notebook; it may
   * change again. By itself that happens two seconds after the last change, which may be too late for
   * a notebook that runs without a browser.
   */
  settle(): void;
  /** Settles for good. */
  close(): void;
}

/**
 * Shows a figure that is redrawn in place, without flicker and at most 20 times a second however
 * often it is changed. The saved notebook holds it as it was at `close`, or in a run that was cut
 * off, at most some seconds before. Outside a notebook a line about it is printed at `close`.
 *
 * @example
 * const chart = livePlot({ data: [{ name: 'loss', x: [], y: [] }] });
 * await run(
 *   { experiment: 'imdb', preset: 'smoke', optimizer: 'adam', seed: 1 },
 *   { onEvent: (e) => e.type === 'step' && chart.extend({ x: [e.step], y: [e.loss] }) },
 * );
 * chart.close();
 */
export function livePlot(figure: PlotlyFigure): LivePlot {
  // The front end finds the chart by what its layout holds.
  const id = `live-${randomBytes(8).toString('hex')}`;
  let current = withOwnTraces(figure);
  const chart = replaceableDisplay();
  const script = replaceableDisplay();
  const marked = (): PlotlyFigure => ({
    ...current,
    layout: { uirevision: id, ...current.layout, meta: { ...metaOf(current), live: id } },
  });
  chart?.(figureBundle(marked()));
  // Now, while the cell runs: later it could be updated, but no longer shown.
  script?.(NOTHING);

  let timer: NodeJS.Timeout | null = null;
  let settling: NodeJS.Timeout | null = null;
  let lastDrawn = 0;
  let lastSaved = Date.now();
  let interval = REDRAW_EVERY;
  let closed = false;

  const save = () => {
    lastSaved = Date.now();
    chart?.(figureBundle(closed ? current : marked()));
    script?.(NOTHING);
  };
  const draw = () => {
    if (timer) clearTimeout(timer);
    if (settling) clearTimeout(settling);
    timer = null;
    const json = figureJson(marked());
    lastDrawn = Date.now();
    interval = REDRAW_EVERY + json.length / CHARACTERS_PER_MS;
    script?.(redrawScript(id, json));
    if (lastDrawn - lastSaved >= SAVE_EVERY) save();
    else settling = setTimeout(save, SAVE_EVERY).unref();
  };
  const changed = () => {
    if (!chart || closed) return;
    const wait = lastDrawn + interval - Date.now();
    // At once when it is due: a loop that never gives way would starve a timer.
    if (wait <= 0) draw();
    else timer ??= setTimeout(draw, wait);
  };

  const signal = interrupted();
  const settle = () => {
    if (closed || !chart) return;
    draw();
    if (settling) clearTimeout(settling);
    save();
  };
  signal.addEventListener('abort', settle);
  return {
    extend(points, trace = 0) {
      const target = current.data[trace];
      if (!target)
        throw new UsageError(`The chart has no trace ${trace}: it has ${current.data.length}.`);
      for (const [key, values] of Object.entries(points)) {
        target[key] ??= [];
        for (const value of values) (target[key] as unknown[]).push(value);
      }
      changed();
    },
    update(figure) {
      current = withOwnTraces(figure);
      changed();
    },
    settle,
    close() {
      if (closed) return;
      signal.removeEventListener('abort', settle);
      if (chart) draw();
      else plot(current);
      if (settling) clearTimeout(settling);
      closed = true;
      save();
    },
  };
}

/** What stands beside a chart that is not moving. */
const NOTHING: MimeBundle = { 'text/html': '', 'text/plain': '' };

/** A copy whose lists can grow without touching the caller's. */
function withOwnTraces(figure: PlotlyFigure): PlotlyFigure {
  return JSON.parse(figureJson(figure));
}

const metaOf = (figure: PlotlyFigure) => (figure.layout?.meta ?? {}) as object;

/**
 * JupyterLab does not redraw a chart whose output is updated. It does run the script of an output
 * beside it, which finds the chart and the Plotly that drew it; where there is none nothing happens.
 */
function redrawScript(id: string, json: string): MimeBundle {
  const html = `<script>(() => {
const figure = ${json.replace(/</g, '\\u003c')};
for (const chart of document.querySelectorAll('.js-plotly-plot')) {
  if (chart.layout?.meta?.live === '${id}') window.Plotly?.react(chart, figure.data, figure.layout, figure.config);
}
})()</script>`;
  return { 'text/html': html, 'text/plain': '' };
}
