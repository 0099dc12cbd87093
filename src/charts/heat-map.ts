/** A sweep over two hyperparameters, a field a cell. */
import type { Metric } from '../experiments/metric.js';
import type { Interval } from '../statistics/sample.js';
import { axis, CHART_CONFIG, chartLayout, type Figure, plotlyText, withoutDust } from './figure.js';

/** The mean over seeds at one place. */
export interface HeatMapCell {
  x: number | string;
  y: number | string;
  /** Null where there is none yet. */
  mean: number | null;
  confidence: Interval | null;
  /** Seeds. */
  n: number;
}

/** What a heat map shows. */
export interface HeatMap {
  title: string;
  subtitles: string[];
  xTitle: string;
  yTitle: string;
  metric: Metric;
  cells: HeatMapCell[];
  /** The means of the darkest and the brightest field, where several maps are to be compared. */
  range?: Interval;
}

/**
 * A heat map with its figures written into it, the better the brighter. Its scale is Cividis, which
 * colour-blind readers see as others do.
 */
export function heatMapChart({ cells, metric, range, ...map }: HeatMap): Figure {
  const { factor, unit, digits } = metric;
  const xs = sorted(cells.map(({ x }) => x));
  const ys = sorted(cells.map(({ y }) => y));
  const at = (x: number | string, y: number | string) => cells.find((c) => c.x === x && c.y === y);
  const grid = ys.map((y) => xs.map((x) => at(x, y)));
  const shown = (value: number) => `${(factor * value).toFixed(digits)}`;
  const hover = ({ mean, confidence, n }: HeatMapCell) => {
    if (mean === null) return '';
    const interval = confidence
      ? `<br>95 % confidence interval ${shown(confidence[0])} to ${shown(confidence[1])}${unit}`
      : '';
    return `${metric.name} ${shown(mean)}${unit}, ${n === 1 ? '1 seed' : `mean of ${n} seeds`}${interval}`;
  };
  const names = (values: (number | string)[]) => values.map((value) => plotlyText(String(value)));
  return {
    data: [
      {
        type: 'heatmap',
        x: names(xs),
        y: names(ys),
        z: grid.map((row) =>
          row.map((cell) => (hasMean(cell) ? withoutDust(factor * cell.mean) : null)),
        ),
        text: grid.map((row) => row.map((cell) => (hasMean(cell) ? shown(cell.mean) : ''))),
        customdata: grid.map((row) => row.map((cell) => (cell ? hover(cell) : ''))),
        texttemplate: '%{text}',
        hovertemplate: `${plotlyText(map.xTitle)} %{x}, ${plotlyText(map.yTitle)} %{y}<br>%{customdata}<extra></extra>`,
        hoverongaps: false,
        ...(range && {
          zmin: withoutDust(factor * range[0]),
          zmax: withoutDust(factor * range[1]),
        }),
        colorscale: 'Cividis',
        reversescale: metric.better === 'lower',
        xgap: 2,
        ygap: 2,
        colorbar: { title: { text: unit.trim() }, thickness: 12, outlinewidth: 0 },
      },
    ],
    layout: chartLayout(
      { ...map, legendEntries: 0 },
      {
        xaxis: axis(map.xTitle, { type: 'category', showgrid: false }),
        yaxis: axis(map.yTitle, { type: 'category', showgrid: false }),
      },
    ),
    config: CHART_CONFIG,
  };
}

const hasMean = (cell: HeatMapCell | undefined): cell is HeatMapCell & { mean: number } =>
  typeof cell?.mean === 'number';

/** Distinct values, numbers by size and before texts, which keep their order. */
function sorted(values: (number | string)[]): (number | string)[] {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const texts = values.filter((value) => typeof value === 'string');
  return [...new Set([...numbers, ...texts])];
}
