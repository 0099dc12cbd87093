/** Optimizers that walk on a loss of two weights. */
import type { Landscape } from '../illustrations/landscape.js';
import type { Walk, WalkStop } from '../illustrations/walk.js';
import { axis, CHART_CONFIG, chartLayout, type Figure, type Trace } from './figure.js';

/** The fast weights, the slow ones, and another optimizer's beside them. */
const FAST = '#D55E00';
const SLOW = '#0072B2';
const ALONE = '#999999';

/** What {@link walkChart} draws. */
export interface WalkChart {
  landscape: Landscape;
  /** Lookahead's walk. */
  walk: Walk;
  /** The same optimizer's without Lookahead, drawn behind it. */
  alone?: Walk;
  /** How many steps are drawn. Default: all. */
  upTo?: number;
  /** Smaller lines under the title: `k = 5, α = 0.5`. */
  subtitles?: string[];
}

/**
 * Fast weights as a thin line with a point a step, slow ones as a thick line with a diamond a sync,
 * each sync's way back dotted; lines of equal loss behind them, ten times as much every second line.
 */
export function walkChart(chart: WalkChart): Figure {
  const { landscape, walk, alone, upTo = walk.stops.length - 1, subtitles = [] } = chart;
  const shown = (stops: WalkStop[]) => stops.filter(({ step }) => step <= upTo);
  const syncs = walk.syncs.filter(({ to }) => to.step <= upTo);
  const data = [
    contour(landscape),
    ...(alone ? [path('without Lookahead', shown(alone.stops), ALONE, 1.5)] : []),
    ...(syncs.length > 0 || walk.syncs.length > 0 ? syncTraces(walk, syncs, upTo) : []),
    ...(walk.syncs.length === 0 ? [path('weights', shown(walk.stops), FAST, 1.5)] : []),
    target(landscape),
  ];
  const { xs, ys, title } = landscape;
  return {
    data,
    layout: {
      ...chartLayout(
        {
          title: `Walking on ${title}`,
          subtitles: [...subtitles, `after ${upTo} steps; the darker, the higher the loss`],
          legendEntries: data.filter((trace) => trace.showlegend !== false).length / 2,
        },
        {
          xaxis: axis('Weight x', { range: [xs[0], xs.at(-1)], showgrid: false }),
          yaxis: axis('Weight y', { range: [ys[0], ys.at(-1)], showgrid: false }),
        },
      ),
      height: 520,
    },
    config: CHART_CONFIG,
  };
}

function syncTraces(walk: Walk, syncs: Walk['syncs'], upTo: number): Trace[] {
  const start = walk.stops[0];
  const fast: (WalkStop | null)[] = [start];
  const ends = new Map(syncs.map((sync) => [sync.to.step, sync]));
  for (const stop of walk.stops.slice(1)) {
    if (stop.step > upTo) break;
    const sync = ends.get(stop.step);
    // After a sync the fast weights set out from where the slow ones are.
    if (sync) fast.push(sync.from, null, stop);
    else fast.push(stop);
  }
  const back = syncs.flatMap(({ from, to }) => [from, to, null]);
  return [
    path('fast weights', fast, FAST, 1.5),
    {
      ...path('back to the slow weights', back, SLOW, 1.5),
      mode: 'lines',
      line: { color: SLOW, width: 1.5, dash: 'dot' },
      hoverinfo: 'skip',
      hovertemplate: undefined,
    },
    {
      ...path('slow weights', [start, ...syncs.map(({ to }) => to)], SLOW, 3),
      marker: { color: SLOW, symbol: 'diamond', size: 9 },
    },
  ];
}

function path(name: string, stops: (WalkStop | null)[], color: string, width: number): Trace {
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    x: stops.map((stop) => rounded(stop?.x)),
    y: stops.map((stop) => rounded(stop?.y)),
    customdata: stops.map((stop) => [stop?.step ?? null, rounded(stop?.loss)]),
    hovertemplate: `<b>${name}</b>, step %{customdata[0]}<br>x %{x:.3f}, y %{y:.3f}<br>loss %{customdata[1]:.4g}<extra></extra>`,
    line: { color, width },
    marker: { color, size: 4 },
    connectgaps: false,
  };
}

function contour({ xs, ys, losses }: Landscape): Trace {
  return {
    type: 'contour',
    name: 'loss',
    x: xs,
    y: ys,
    z: losses.map((row) => row.map((loss) => rounded(Math.log10(Math.max(loss, 1e-4))))),
    // Lower lines would run through a narrow valley's floor, and come out of the grid as islands.
    contours: { start: -0.5, end: 3, size: 0.5, coloring: 'fill' },
    colorscale: [
      [0, '#ffffff'],
      [1, '#c9ced8'],
    ],
    line: { color: '#b6bcc8', width: 0.5 },
    showscale: false,
    showlegend: false,
    hoverinfo: 'skip',
  };
}

function target({ minimum: [x, y] }: Landscape): Trace {
  return {
    type: 'scatter',
    mode: 'markers',
    name: 'lowest point',
    x: [x],
    y: [y],
    marker: { symbol: 'x-thin', size: 12, line: { width: 2, color: '#1f2430' } },
    hovertemplate: 'lowest point<extra></extra>',
  };
}

const rounded = (value: number | undefined) =>
  value === undefined ? null : Number(value.toPrecision(5));
