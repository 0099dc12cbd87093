import { CHART_CONFIG, epochLayout, optimizerStyle } from '../charts/figure.js';
import type { MetricName } from '../experiments/metric.js';
import type { PlotlyFigure } from '../kernel/values/figure.js';
import type { EpochEvent, StepEvent, TrainingEvent } from '../training/events.js';
import { type LivePlot, livePlot } from './live-plot.js';

/** The traces of the figure, in order. */
const TRAINING = 0;
const VALIDATION = 1;
const METRIC = 2;

/**
 * A listener for training events that draws the loss as the run goes, step by step, and the
 * validation data's loss and metric after each epoch. The chart is closed when the run ends,
 * however it ends; another run gets another chart. Outside a notebook it prints a line at the end.
 *
 * @param optimizer - what is trained; one of this project's names gives its colour.
 * @example await run(settings, { onEvent: liveCurves('lazy-adam') });
 */
export function liveCurves(optimizer: string): (event: TrainingEvent) => void {
  let chart: LivePlot | null = null;
  return (event) => {
    if (event.type === 'end') {
      chart?.close();
      chart = null;
      return;
    }
    chart ??= livePlot(curvesFigure(optimizer, metricNameOf(event)));
    extendCurves(chart, event);
  };
}

/** Adds what happened to a chart of {@link curvesFigure}. */
export function extendCurves(chart: LivePlot, event: StepEvent | EpochEvent): void {
  if (event.type === 'step') {
    chart.extend({ x: [event.step], y: [event.loss] }, TRAINING);
    return;
  }
  const { steps, valLoss } = event.metrics;
  chart.extend({ x: [steps], y: [valLoss] }, VALIDATION);
  const { name, value } = metricOf(event);
  chart.extend({ x: [steps], y: [value], text: [name] }, METRIC);
}

/** The metric of the run that an event is of. */
function metricNameOf(event: StepEvent | EpochEvent): MetricName {
  const isAccuracy = event.type === 'step' ? 'accuracy' in event : 'valAccuracy' in event.metrics;
  return isAccuracy ? 'accuracy' : 'perplexity';
}

/** The validation data's metric: a share in per cent, a perplexity as it is. */
function metricOf({ metrics }: EpochEvent): { name: string; value: number | null } {
  const { valAccuracy, valPerplexity } = metrics as {
    valAccuracy?: number;
    valPerplexity?: number;
  };
  if (valAccuracy !== undefined) return { name: 'accuracy (%)', value: 100 * valAccuracy };
  return { name: 'perplexity', value: valPerplexity ?? null };
}

const AXES: Record<MetricName, string> = {
  accuracy: 'Validation accuracy (%)',
  perplexity: 'Validation perplexity',
};

/** Loss to the left, metric to the right, both against steps; no points yet. */
export function curvesFigure(optimizer: string, metric: MetricName): PlotlyFigure {
  const { label, color, symbol } = optimizerStyle(optimizer);
  const layout = epochLayout({
    title: label,
    subtitles: ['while it trains; the training loss is the mean over the epoch so far'],
    yTitle: 'Loss (nats)',
    epochs: 1,
    legendEntries: 1,
  }) as Record<'xaxis' | 'yaxis', Record<string, object>>;
  const { xaxis, yaxis } = layout;
  const steps = {
    ...{ ...xaxis, range: undefined, tick0: undefined, dtick: undefined },
    title: { ...xaxis.title, text: 'Step' },
    rangemode: 'tozero',
  };
  const point = { color, symbol, size: 8 };
  const markers = { mode: 'lines+markers', x: [], y: [], marker: point };
  return {
    data: [
      {
        name: 'training loss',
        ...{ mode: 'lines', x: [], y: [], line: { color, width: 1.5, dash: 'dot' } },
        hovertemplate: 'step %{x}: training loss %{y:.4f} nats<extra></extra>',
      },
      {
        ...markers,
        name: 'validation loss',
        line: { color, width: 2 },
        hovertemplate: 'step %{x}: validation loss %{y:.4f} nats<extra></extra>',
      },
      {
        ...markers,
        name: 'validation metric',
        ...{ xaxis: 'x2', yaxis: 'y2', text: [], showlegend: false },
        line: { color, width: 2 },
        hovertemplate: 'step %{x}: validation %{text} %{y:.2f}<extra></extra>',
      },
    ],
    layout: {
      ...layout,
      xaxis: { ...steps, domain: [0, 0.46] },
      xaxis2: { ...steps, domain: [0.56, 1], anchor: 'y2' },
      yaxis2: {
        ...yaxis,
        anchor: 'x2',
        title: { ...yaxis.title, text: AXES[metric] },
      },
    },
    config: CHART_CONFIG,
  };
}
