import type { PlotlyFigure } from '../charts/figure.js';
import { CHART_CONFIG, datasetLabel, epochLayout, optimizerStyle } from '../charts/figure.js';
import { METRICS, type MetricName } from '../experiments/metric.js';
import type { EpochEvent, StartEvent, StepEvent, TrainingEvent } from '../training/events.js';
import { type LivePlot, livePlot } from './live-plot.js';

/** The traces of the figure, in order. */
const TRAINING = 0;
const VALIDATION = 1;
const METRIC = 2;

/** What a step's loss weighs in the average that is drawn. */
const WEIGHT = 0.05;

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
  let draw: ReturnType<typeof curvesOn> | null = null;
  return (event) => {
    if (event.type === 'start') {
      chart = livePlot(curvesFigure(optimizer, event.metric, whatOf(event)));
      draw = curvesOn(chart);
    } else if (event.type === 'end') {
      chart?.close();
      chart = null;
    } else draw?.(event);
  };
}

/** 'IMDB’s synthetic twin, preset smoke, seed 1', and whether the data are synthetic. */
export const whatOf = ({ dataset, preset, seed, synthetic }: StartEvent): string[] => [
  `${datasetLabel(dataset)}, preset ${preset}, seed ${seed}`,
  ...(synthetic ? ['synthetic data'] : []),
];

/** What adds a run's events to a chart of {@link curvesFigure}. */
export function curvesOn(chart: LivePlot): (event: StepEvent | EpochEvent) => void {
  // The exponential moving average and, from 0 to 1, how much of it is made of losses.
  let [average, share] = [0, 0];
  return (event) => {
    if (event.type === 'step') {
      average += WEIGHT * (event.batchLoss - average);
      share += WEIGHT * (1 - share);
      chart.extend({ x: [event.step], y: [average / share] }, TRAINING);
      return;
    }
    const { steps, valLoss, valAccuracy, valPerplexity } = event.metrics;
    chart.extend({ x: [steps], y: [valLoss] }, VALIDATION);
    const value = valAccuracy === undefined ? valPerplexity : 100 * valAccuracy;
    chart.extend({ x: [steps], y: [value ?? null] }, METRIC);
  };
}

const AXES: Record<MetricName, string> = {
  accuracy: 'Validation accuracy (%)',
  perplexity: 'Validation perplexity',
};

/**
 * Loss to the left, metric to the right, both against steps; no points yet.
 *
 * @param what - lines that say what is trained on.
 */
export function curvesFigure(optimizer: string, metric: MetricName, what: string[]): PlotlyFigure {
  const { label, color, symbol } = optimizerStyle(optimizer);
  const layout = epochLayout({
    title: label,
    subtitles: [...what, 'training loss: a moving average over some 20 steps'],
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
        ...{ xaxis: 'x2', yaxis: 'y2', showlegend: false },
        line: { color, width: 2 },
        hovertemplate: `step %{x}: validation ${metric} %{y:.2f}${METRICS[metric].unit}<extra></extra>`,
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
