import type { Figure } from '../charts/figure.js';
import { display, type MimeBundle } from './display.js';

/** A Plotly figure, its layout as far as wanted. */
export type PlotlyFigure = Pick<Figure, 'data'> & Partial<Figure>;

/**
 * Shows a Plotly figure as an interactive chart under the cell, and in the saved notebook;
 * outside a notebook, one line about it.
 *
 * @param figure - what to draw.
 * @param options - what else to show:
 * @param options.svg - the same chart as a picture, for readers without Plotly: a site that shows
 *   notebooks, nbconvert.
 * @example
 * plot({ data: [{ x: [1, 2, 3], y: [0.71, 0.78, 0.8] }], layout: { title: { text: 'Accuracy' } } });
 */
export function plot(figure: PlotlyFigure, { svg }: { svg?: string | null } = {}): void {
  display(figureBundle(figure, svg));
}

/** The forms in which a figure is displayed. */
export function figureBundle(figure: PlotlyFigure, svg?: string | null): MimeBundle {
  return {
    'application/vnd.plotly.v1+json': JSON.parse(figureJson(figure)),
    ...(svg && { 'image/svg+xml': svg }),
    'text/plain': describe(figure),
  };
}

/** As JSON carries it, typed arrays as lists: they would become objects with numbered keys. */
export function figureJson(figure: PlotlyFigure): string {
  return JSON.stringify({ layout: {}, ...figure }, (_key, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );
}

function describe({ data, layout }: PlotlyFigure): string {
  const title = layout?.title as { text?: string } | string | undefined;
  const text = (typeof title === 'string' ? title : title?.text) ?? '';
  // Plotly's titles may hold <b> and <br>; the first line is the title proper.
  const [firstLine] = text.split(/<br\s*\/?>/);
  const name = firstLine && ` “${firstLine.replace(/<[^>]*>/g, '')}”`;
  const traces = data.map((trace, i) => trace.name ?? `trace ${i + 1}`).join(', ');
  return `[Plotly chart${name}${traces && `: ${traces}`}]`;
}
