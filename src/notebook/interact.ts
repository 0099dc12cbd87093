import type { PlotlyFigure } from '../kernel/values/figure.js';
import { livePlot } from './live-plot.js';
import { VBox } from './widgets/boxes.js';
import type { ValueWidget } from './widgets/value.js';

/** The values of controls, by the controls' names. */
export type Values<C> = { [Name in keyof C]: C[Name] extends ValueWidget<infer T> ? T : never };

/** What {@link interact} gives back. */
export interface Interaction {
  /** Draws anew, for when something other than a control has changed. */
  redraw(): void;
  /** Ends it: the chart no longer follows the controls. */
  close(): void;
}

/**
 * Shows controls and, below them, a chart of their values that follows them, also after the cell has
 * ended. Where nobody can move a control it is the chart of the first values.
 *
 * @param draw - makes the figure; while it takes long, only the controls' latest values are drawn.
 * @example
 * interact({ k: new IntSlider({ description: 'k', value: 5, min: 1, max: 20 }) }, ({ k }) => figure(k));
 */
export function interact<C extends Record<string, ValueWidget<unknown>>>(
  controls: C,
  draw: (values: Values<C>) => PlotlyFigure,
): Interaction {
  const widgets = Object.values(controls);
  const values = () =>
    Object.fromEntries(
      Object.entries(controls).map(([name, control]) => [name, control.value]),
    ) as Values<C>;
  new VBox(widgets).show();
  const chart = livePlot(draw(values()));
  let due: NodeJS.Immediate | null = null;
  const redraw = () => {
    // Once for all that came in meanwhile.
    due ??= setImmediate(() => {
      due = null;
      chart.update(draw(values()));
    });
  };
  const stops = widgets.map((widget) => widget.observe(redraw));
  const close = () => {
    for (const stop of stops) stop();
    if (due) clearImmediate(due);
    due = null;
    chart.close();
  };
  if (!widgets.some((widget) => widget.model.live)) close();
  return { redraw, close };
}
