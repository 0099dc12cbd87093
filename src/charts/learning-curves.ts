/** Curves over epochs, one colour an optimizer: the validation data's metric, and loss. */
import { figuresFor } from '../experiments/experiment.js';
import { METRICS, type Metric } from '../experiments/metric.js';
import { sampleOf } from '../statistics/sample.js';
import {
  type EpochMetrics,
  keyOf,
  metricOf,
  type ReportedFigure,
  type RunResult,
} from '../training/results.js';
import {
  CHART_CONFIG,
  epochLayout,
  type Figure,
  optimizerStyle,
  plotlyText,
  type Trace,
} from './figure.js';
import { type Series, seriesOf } from './series.js';
import { subtitlesOf } from './subtitles.js';
import { wrapText } from './wrap-text.js';

/**
 * Validation accuracy (%) or perplexity against epoch: one line an optimizer, in a sweep one a cell.
 * With several seeds the line is their mean, as far as all of them got: with two each seed is a thin
 * line behind it, with three or more an area shows the mean's 95 % confidence interval.
 *
 * @param reported - published figures, drawn as dotted lines for the optimizers that were run;
 *   left out on synthetic data, where they mean nothing.
 */
export function validationChart(
  runs: RunResult[],
  { reported = [] }: { reported?: ReportedFigure[] } = {},
): Figure {
  const metric = runs.length === 0 ? METRICS.accuracy : metricOf(runs[0].summary);
  const curves = curvesOf(runs, {
    value: (m) => scaled(metric, m[keyOf('val', metric)]),
    quantity: `validation ${metric.name}`,
    format: `.${metric.digits}f`,
    unit: metric.unit,
    dash: 'solid',
    band: true,
  });
  const lines = reportedLines(runs, reported, metric);
  const title = `Validation ${metric.name}`;
  const unit = metric.unit === '' ? 'lower is better' : metric.unit.trim();
  return figure(runs, [...lines, ...curves], title, `${title} (${unit})`);
}

/** Loss (nats) against epoch: validation solid, training dashed, one colour an optimizer. */
export function lossChart(runs: RunResult[]): Figure {
  const common = { format: '.4f', unit: ' nats' };
  const validation = curvesOf(runs, {
    ...common,
    value: (m) => m.valLoss,
    quantity: 'validation loss',
    dash: 'solid',
    band: true,
  });
  const training = curvesOf(runs, {
    ...common,
    value: (m) => m.loss,
    quantity: 'training loss',
    dash: 'dash',
  }).map((trace) => ({ ...trace, showlegend: false }));
  return figure(runs, [...training, ...validation], 'Loss', 'Loss (nats)', [
    'solid: validation, dashed: training',
  ]);
}

/** Which quantity of an epoch is drawn, and how. */
interface Curve {
  value: (metrics: EpochMetrics) => number;
  /** Named in the hover text. */
  quantity: string;
  /** d3's number format for the hover text. */
  format: string;
  unit: string;
  dash: string;
  /** Whether the confidence interval over seeds is drawn. */
  band?: boolean;
}

/** Seeds from which the mean's confidence interval is drawn; two seeds' is as wide as the chart. */
const ENOUGH_FOR_BAND = 3;

function curvesOf(runs: RunResult[], curve: Curve): Trace[] {
  return seriesOf(runs).drawn.flatMap((series) => {
    // A diverged run's last line may hold NaN, which JSON turns into null.
    const drawn = series.runs
      .map((run) => ({
        run,
        metrics: run.metrics.filter((m) => Number.isFinite(curve.value(m))),
      }))
      .filter(({ metrics }) => metrics.length > 0);
    // As in the table, a run cut short does not count where others were completed.
    const completed = drawn.filter(({ run }) => run.summary.status === 'completed');
    const counted = completed.length > 0 ? completed : drawn;
    const hasBand = counted.length >= ENOUGH_FOR_BAND;
    const thin = counted.length > 1 && !hasBand ? drawn : drawn.filter((d) => !counted.includes(d));
    return [
      ...(hasBand && curve.band ? [bandTrace(series, counted, curve)] : []),
      ...thin.map((each) => seedTrace(series, each, curve)),
      ...(counted.length > 1 ? [meanTrace(series, counted, curve)] : []),
      ...(counted.length === 1 ? [runTrace(series, counted[0], curve)] : []),
    ];
  });
}

interface DrawnRun {
  run: RunResult;
  /** The epochs with a finite value. */
  metrics: EpochMetrics[];
}

/** The only run of a series: a line with markers. */
function runTrace(series: Series, { run, metrics }: DrawnRun, curve: Curve): Trace {
  const { label, color, symbol } = series;
  return {
    ...baseTrace(series, curve),
    mode: 'lines+markers',
    name: plotlyText(label),
    x: metrics.map((m) => m.epoch),
    y: metrics.map(curve.value),
    customdata: metrics.map((m) => m.steps),
    hovertemplate: hover(curve, `seed ${run.summary.seed}`, '%{customdata:,}'),
    line: { color, width: 2.5, dash: curve.dash },
    marker: { color, symbol, size: curve.dash === 'solid' ? 8 : 5 },
  };
}

/** One seed of several: a thin line that follows its series' legend entry. */
function seedTrace(series: Series, drawn: DrawnRun, curve: Curve): Trace {
  return {
    ...runTrace(series, drawn, curve),
    mode: 'lines',
    line: { color: series.color, width: 1, dash: curve.dash },
    opacity: 0.5,
    showlegend: false,
  };
}

/** The mean over seeds. */
function meanTrace(series: Series, drawn: DrawnRun[], curve: Curve): Trace {
  const { label, color, symbol } = series;
  const points = samplesOf(drawn, curve);
  const details = points.map(({ steps, sample: { confidence }, values }) => [
    steps,
    ...(confidence ?? [0, 0]),
    Math.min(...values),
    Math.max(...values),
  ]);
  const number = (i: number) => `%{customdata[${i}]:${curve.format}}`;
  const spread =
    drawn.length >= ENOUGH_FOR_BAND
      ? `95 % confidence interval ${number(1)} to ${number(2)}<br>seeds from ${number(3)} to ${number(4)}`
      : `from ${number(3)} to ${number(4)}`;
  return {
    ...baseTrace(series, curve),
    mode: 'lines+markers',
    name: plotlyText(label),
    x: points.map((p) => p.epoch),
    y: points.map((p) => p.sample.mean),
    customdata: details,
    hovertemplate: hover(curve, `mean of ${drawn.length} seeds`, '%{customdata[0]:,}', spread),
    line: { color, width: 2.5, dash: curve.dash },
    marker: { color, symbol, size: curve.dash === 'solid' ? 8 : 5 },
  };
}

/** The 95 % confidence interval of the mean over seeds, as an area. */
function bandTrace(series: Series, drawn: DrawnRun[], curve: Curve): Trace {
  const points = samplesOf(drawn, curve);
  const epochs = points.map((p) => p.epoch);
  const ends = (end: 0 | 1) => points.map((p) => p.sample.confidence![end]);
  return {
    ...baseTrace(series, curve),
    mode: 'lines',
    // There along the upper edge and back along the lower one.
    x: [...epochs, ...epochs.toReversed()],
    y: [...ends(1), ...ends(0).toReversed()],
    fill: 'toself',
    fillcolor: `${series.color}26`,
    line: { width: 0, color: series.color },
    hoverinfo: 'skip',
    showlegend: false,
  };
}

/** What seeds come to at the epochs that every one has: a mean would jump where one ends. */
function samplesOf(drawn: DrawnRun[], curve: Curve) {
  const others = drawn.slice(1).map((d) => new Map(d.metrics.map((m) => [m.epoch, m])));
  return drawn[0].metrics
    .filter((m) => others.every((other) => other.has(m.epoch)))
    .map((m) => {
      const values = [m, ...others.map((other) => other.get(m.epoch)!)].map(curve.value);
      return { epoch: m.epoch, steps: m.steps, values, sample: sampleOf(values)! };
    });
}

function baseTrace({ optimizer, label }: Series, curve: Curve): Trace {
  return { type: 'scatter', legendgroup: label, meta: { optimizer, quantity: curve.quantity } };
}

function hover(curve: Curve, which: string, step: string, range?: string): string {
  const value = `${curve.quantity} %{y:${curve.format}}${curve.unit}`;
  return [
    `<b>%{fullData.name}</b>, ${which}`,
    `epoch %{x}, step ${step}`,
    range ? `${value}<br>${range}` : value,
  ]
    .join('<br>')
    .concat('<extra></extra>');
}

function reportedLines(runs: RunResult[], reported: ReportedFigure[], metric: Metric): Trace[] {
  if (runs.some((run) => run.summary.synthetic)) return [];
  const { drawn, of } = seriesOf(runs);
  const optimizers = new Set(drawn.map(({ optimizer }) => optimizer));
  // Beside a sweep's many curves of one optimizer they would be of none's colour.
  if (of > optimizers.size) return [];
  const epochs = lastEpoch(runs);
  // A point an epoch, not two ends: hover finds points, not the line between them.
  const x = [0.5, ...Array.from({ length: epochs }, (_, i) => i + 1), epochs + 0.5];
  // Curves are of validation data.
  return figuresFor(runs[0]?.summary.preset ?? null, reported)
    .filter((figure) => optimizers.has(figure.optimizer) && figure.on !== 'test')
    .map((figure) => {
      const { label, color } = optimizerStyle(figure.optimizer);
      const doubt = figure.mark === 'recalled' ? ': recalled, not checked' : '';
      const lines = (source: string) =>
        wrapText(`${label}: reported ${figure.text} (${source}${doubt})`, 48)
          .map(plotlyText)
          .join('<br>');
      return {
        type: 'scatter',
        mode: 'lines',
        // What a source adds in brackets is for the hover text: the legend has no room for it.
        name: lines(figure.source.replace(/ \(.*\)$/, '')),
        meta: { optimizer: figure.optimizer, quantity: 'reported' },
        x,
        y: x.map(() => scaled(metric, figure.value)),
        hovertemplate: `${lines(figure.source)}<extra></extra>`,
        line: { color, width: 1.5, dash: 'dot' },
        // Drawn below the curves, listed after them.
        legendrank: 2000,
      };
    });
}

function figure(
  runs: RunResult[],
  data: Trace[],
  quantity: string,
  yTitle: string,
  subtitles: string[] = [],
): Figure {
  return {
    data,
    layout: epochLayout({
      title: quantity,
      subtitles: [...subtitlesOf(runs), ...subtitles],
      yTitle,
      epochs: Math.max(1, lastEpoch(runs)),
      legendEntries: data.filter((trace) => trace.showlegend !== false).length,
    }),
    config: CHART_CONFIG,
  };
}

function lastEpoch(runs: RunResult[]): number {
  return Math.max(0, ...runs.flatMap((run) => run.metrics.map((m) => m.epoch)));
}

/** A value as it is drawn, without the floating-point dust that 100 × 0.8374 leaves. */
function scaled({ factor }: Metric, value: number | undefined): number {
  // null × 100 would be a drawable 0.
  return Number.isFinite(value) ? Number((factor * value!).toFixed(6)) : Number.NaN;
}
