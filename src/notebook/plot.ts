import { figureBundle, type PlotlyFigure } from '../kernel/values/figure.js';
import { display } from './display.js';

/**
 * Shows a Plotly figure as an interactive chart under the cell, and in the saved notebook;
 * outside a notebook, one line about it.
 *
 * @param options.svg - the same chart as a picture, for readers without Plotly: a site that shows
 *   notebooks, nbconvert.
 * @example
 * plot({ data: [{ x: [1, 2, 3], y: [0.71, 0.78, 0.8] }], layout: { title: { text: 'Accuracy' } } });
 */
export function plot(figure: PlotlyFigure, { svg }: { svg?: string | null } = {}): void {
  display(figureBundle(figure, svg));
}
