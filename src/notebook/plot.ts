import type { Figure } from '../charts/figure.js';
import { display } from './display.js';

/**
 * Shows a Plotly figure as an interactive chart under the cell, and in the saved notebook;
 * outside a notebook, one line about it.
 *
 * @example
 * plot({ data: [{ x: [1, 2, 3], y: [0.71, 0.78, 0.8] }], layout: { title: { text: 'Accuracy' } } });
 */
export function plot(figure: Pick<Figure, 'data'> & Partial<Figure>): void {
  display({
    'application/vnd.plotly.v1+json': plainJson({ layout: {}, ...figure }),
    'text/plain': describe(figure),
  });
}

/** As JSON carries it, typed arrays as lists: they would become objects with numbered keys. */
function plainJson(figure: object): unknown {
  const text = JSON.stringify(figure, (_key, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );
  return JSON.parse(text);
}

function describe({ data, layout }: Pick<Figure, 'data'> & Partial<Figure>): string {
  const title = layout?.title as { text?: string } | string | undefined;
  const text = (typeof title === 'string' ? title : title?.text) ?? '';
  // Plotly's titles may hold <b> and <br>; the first line is the title proper.
  const [firstLine] = text.split(/<br\s*\/?>/);
  const name = firstLine && ` “${firstLine.replace(/<[^>]*>/g, '')}”`;
  const traces = data.map((trace, i) => trace.name ?? `trace ${i + 1}`).join(', ');
  return `[Plotly chart${name}${traces && `: ${traces}`}]`;
}
