/** Results against one hyperparameter, a colour an optimizer. */
import type { Metric } from '../experiments/metric.js';
import type { Interval } from '../statistics/sample.js';
import {
  axis,
  CHART_CONFIG,
  chartLayout,
  type Figure,
  optimizerStyle,
  plotlyText,
  withoutDust,
} from './figure.js';

/** The mean over seeds at one value. */
export interface ParameterPoint {
  optimizer: string;
  value: number;
  mean: number;
  confidence: Interval | null;
  /** Seeds. */
  n: number;
}

/** What a chart over a hyperparameter shows. */
export interface ParameterChart {
  title: string;
  subtitles: string[];
  /** The hyperparameter. */
  parameter: string;
  /** The metric as the axis is to name it. */
  yTitle: string;
  metric: Metric;
  points: ParameterPoint[];
  /** Whether neighbouring values belong together: not where they were drawn at random. */
  lines: boolean;
}

/** From how many times the smallest value the axis is logarithmic. */
const WIDE = 20;

/** Points with their 95 % confidence intervals as error bars, on a logarithmic axis where values are wide apart. */
export function parameterChart(chart: ParameterChart): Figure {
  const { metric, points, parameter } = chart;
  const { factor, unit, digits, name } = metric;
  const optimizers = [...new Set(points.map(({ optimizer }) => optimizer))];
  const values = points.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLog = least > 0 && most / least >= WIDE;
  const shown = (value: number) => withoutDust(factor * value);
  const data = optimizers.map((optimizer) => {
    const { label, color, symbol } = optimizerStyle(optimizer);
    const own = points.filter((point) => point.optimizer === optimizer);
    own.sort((a, b) => a.value - b.value);
    const half = ({ mean, confidence }: ParameterPoint) =>
      confidence ? shown(confidence[1] - mean) : 0;
    return {
      type: 'scatter',
      mode: chart.lines ? 'lines+markers' : 'markers',
      name: plotlyText(label),
      x: own.map(({ value }) => value),
      y: own.map(({ mean }) => shown(mean)),
      error_y: { type: 'data', array: own.map(half), color, thickness: 1.5, width: 5 },
      customdata: own.map(({ n }) => (n === 1 ? '1 seed' : `mean of ${n} seeds`)),
      hovertemplate: [
        `<b>${plotlyText(label)}</b>, %{customdata}`,
        `${plotlyText(parameter)} %{x}`,
        `${name} %{y:.${digits}f}${unit} ± %{error_y.array:.${digits}f}<extra></extra>`,
      ].join('<br>'),
      line: { color, width: 2.5 },
      marker: { color, symbol, size: 8 },
    };
  });
  return {
    data,
    layout: chartLayout(
      { ...chart, legendEntries: optimizers.length },
      {
        xaxis: axis(parameter, {
          ...(isLog && { type: 'log', dtick: 1 }),
          showgrid: false,
          showline: true,
          ticks: 'outside',
        }),
        yaxis: axis(chart.yTitle),
      },
    ),
    config: CHART_CONFIG,
  };
}
