import { setImmediate as turn } from 'node:timers/promises';
import type { PlotlyFigure } from '../charts/figure.js';
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
 * @param draw - makes the figure, or trains first and resolves to it; while it takes long, only the
 *   controls' latest values are drawn next.
 * @example
 * interact({ k: new IntSlider({ description: 'k', value: 5, min: 1, max: 20 }) }, ({ k }) => figure(k));
 */
export function interact<C extends Record<string, ValueWidget<unknown>>>(
  controls: C,
  draw: (values: Values<C>) => PlotlyFigure | Promise<PlotlyFigure>,
): Interaction {
  const widgets = Object.values(controls);
  const values = () =>
    Object.fromEntries(
      Object.entries(controls).map(([name, control]) => [name, control.value]),
    ) as Values<C>;
  new VBox(widgets).show();
  const first = draw(values());
  const isLate = first instanceof Promise;
  const chart = livePlot(isLate ? { data: [] } : first);
  const isLive = widgets.some((widget) => widget.model.live);
  let [wanted, busy, closed] = [false, false, false];
  const update = (figure: PlotlyFigure) => {
    if (!closed) chart.update(figure);
  };
  /** Draws, after what is coming, as long as values have changed meanwhile. */
  const follow = async (coming: Promise<PlotlyFigure | undefined>) => {
    busy = true;
    try {
      const figure = await coming;
      if (figure) update(figure);
      while (wanted && !closed) {
        wanted = false;
        update(await draw(values()));
      }
    } finally {
      busy = false;
      if (!isLive) close();
    }
  };
  const redraw = () => {
    wanted = true;
    // A turn later: once for all that come in together.
    if (!busy) void follow(turn(undefined));
  };
  const stops = widgets.map((widget) => widget.observe(redraw));
  const close = () => {
    for (const stop of stops) stop();
    closed = true;
    chart.close();
  };
  if (isLate) void follow(first);
  else if (!isLive) close();
  return { redraw, close };
}
