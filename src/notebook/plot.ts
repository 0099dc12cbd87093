import type { PlotlyFigure } from '../charts/figure.js';
import { svgOf } from '../charts/svg/svg-of.js';
import { figureBundle } from '../kernel/values/figure.js';
import { display } from './display.js';

/**
 * Shows a Plotly figure as an interactive chart under the cell, and in the saved notebook;
 * outside a notebook, one line about it.
 *
 * @param figure - what to draw.
 * @param options - what else to show:
 * @param options.svg - the same chart as a picture, for readers without Plotly: a site that shows
 *   notebooks, nbconvert. `true` has it drawn where there is a renderer (see `svgOf`), and the chart
 *   is shown when it is: await it.
 * @example
 * plot({ data: [{ x: [1, 2, 3], y: [0.71, 0.78, 0.8] }], layout: { title: { text: 'Accuracy' } } });
 */
export function plot(figure: PlotlyFigure, options: { svg: true }): Promise<void>;
export function plot(figure: PlotlyFigure, options?: { svg?: string | null }): void;
export function plot(
  figure: PlotlyFigure,
  { svg }: { svg?: string | true | null } = {},
): Promise<void> | void {
  if (svg === true) return svgOf(figure).then((drawn) => display(figureBundle(figure, drawn)));
  display(figureBundle(figure, svg));
}
