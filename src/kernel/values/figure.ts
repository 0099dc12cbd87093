/** Plotly figures as what a notebook shows of them. */
import { figureJson, type PlotlyFigure } from '../../charts/figure.js';
import type { MimeBundle } from '../../runtime/cell-api.js';
import { isPlainObject } from './rows.js';

/** The MIME type of an interactive chart. */
export const PLOTLY = 'application/vnd.plotly.v1+json';

/** Whether the value has the shape of a figure: `{ data: [{ … }], layout: { … } }`. */
export function isFigure(value: unknown): value is PlotlyFigure {
  return (
    isPlainObject(value) &&
    isPlainObject(value.layout) &&
    Array.isArray(value.data) &&
    value.data.every(isPlainObject)
  );
}

/** The forms in which a figure is displayed. */
export function figureBundle(figure: PlotlyFigure, svg?: string | null): MimeBundle {
  return {
    [PLOTLY]: JSON.parse(figureJson(figure)),
    ...(svg && { 'image/svg+xml': svg }),
    'text/plain': describe(figure),
  };
}

function describe({ data, layout }: PlotlyFigure): string {
  const title = layout?.title as { text?: string } | string | undefined;
  const text = (typeof title === 'string' ? title : title?.text) ?? '';
  // Plotly's titles may hold <b> and <br>; the first line is the title proper.
  const [firstLine] = text.split(/<br\s*\/?>/);
  const name = firstLine && ` “${firstLine.replace(/<[^>]*>/g, '')}”`;
  // As a legend would: what has no name there says nothing here either.
  const traces = data
    .filter(({ name, showlegend }) => Boolean(name) && showlegend !== false)
    .map((trace) => trace.name)
    .join(', ');
  return `[Plotly chart${name}${traces && `: ${traces}`}]`;
}
