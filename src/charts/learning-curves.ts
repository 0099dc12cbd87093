/** Curves over epochs, one colour an optimizer: the validation data's metric, and loss. */
import { METRICS, type Metric } from '../experiments/metric.js';
import {
  type EpochMetrics,
  keyOf,
  metricOf,
  type ReportedFigure,
  type RunResult,
} from '../training/results.js';
import {
  CHART_CONFIG,
  datasetLabel,
  epochLayout,
  type Figure,
  optimizerStyle,
  plotlyText,
  type Trace,
} from './figure.js';
import { overridesNote } from './overrides.js';
import { wrapText } from './wrap-text.js';

/**
 * Validation accuracy (%) or perplexity against epoch: one line an optimizer. With several seeds the line is
 * their mean, as far as all of them got, and each seed is a thin line behind it.
 *
 * @param reported - published figures, drawn as dotted lines for the optimizers that were run;
 *   left out on synthetic data, where they mean nothing.
 */
export function validationChart(
  runs: RunResult[],
  { reported = [] }: { reported?: ReportedFigure[] } = {},
): Figure {
  const metric = runs.length === 0 ? METRICS.accuracy : metricOf(runs[0].summary);
  const curves = optimizerCurves(runs, {
    value: (m) => scaled(metric, m[keyOf('val', metric)]),
    quantity: `validation ${metric.name}`,
    format: `.${metric.digits}f`,
    unit: metric.unit,
    dash: 'solid',
  });
  const lines = reportedLines(runs, reported, metric);
  const title = `Validation ${metric.name}`;
  const unit = metric.unit === '' ? 'lower is better' : metric.unit.trim();
  return figure(runs, [...lines, ...curves], title, `${title} (${unit})`);
}

/** Loss (nats) against epoch: validation solid, training dashed, one colour an optimizer. */
export function lossChart(runs: RunResult[]): Figure {
  const common = { format: '.4f', unit: ' nats' };
  const validation = optimizerCurves(runs, {
    ...common,
    value: (m) => m.valLoss,
    quantity: 'validation loss',
    dash: 'solid',
  });
  const training = optimizerCurves(runs, {
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
}

function optimizerCurves(runs: RunResult[], curve: Curve): Trace[] {
  return [...byOptimizer(runs)].flatMap(([optimizer, members]) => {
    // A diverged run's last line may hold NaN, which JSON turns into null.
    const drawn = members
      .map((run) => ({
        run,
        metrics: run.metrics.filter((m) => Number.isFinite(curve.value(m))),
      }))
      .filter(({ metrics }) => metrics.length > 0);
    // As in the table, a run cut short does not count where others were completed.
    const completed = drawn.filter(({ run }) => run.summary.status === 'completed');
    const counted = completed.length > 0 ? completed : drawn;
    const thin = counted.length > 1 ? drawn : drawn.filter((each) => !counted.includes(each));
    return [
      ...thin.map((each) => seedTrace(optimizer, each, curve)),
      ...(counted.length > 1 ? [meanTrace(optimizer, counted, curve)] : []),
      ...(counted.length === 1 ? [runTrace(optimizer, counted[0], curve)] : []),
    ];
  });
}

interface DrawnRun {
  run: RunResult;
  /** The epochs with a finite value. */
  metrics: EpochMetrics[];
}

/** The only run of an optimizer: a line with markers. */
function runTrace(optimizer: string, { run, metrics }: DrawnRun, curve: Curve): Trace {
  const { label, color, symbol } = optimizerStyle(optimizer);
  return {
    ...baseTrace(optimizer, curve),
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

/** One seed of several: a thin line that follows its optimizer's legend entry. */
function seedTrace(optimizer: string, drawn: DrawnRun, curve: Curve): Trace {
  const trace = runTrace(optimizer, drawn, curve);
  const { color } = optimizerStyle(optimizer);
  return {
    ...trace,
    mode: 'lines',
    line: { color, width: 1, dash: curve.dash },
    opacity: 0.5,
    showlegend: false,
  };
}

/** The mean over seeds, at the epochs that every seed has: else it would jump where one ends. */
function meanTrace(optimizer: string, drawn: DrawnRun[], curve: Curve): Trace {
  const { label, color, symbol } = optimizerStyle(optimizer);
  const others = drawn.slice(1).map((d) => new Map(d.metrics.map((m) => [m.epoch, m])));
  const points = drawn[0].metrics
    .filter((m) => others.every((other) => other.has(m.epoch)))
    .map((m) => {
      const values = [m, ...others.map((other) => other.get(m.epoch)!)].map(curve.value);
      return {
        epoch: m.epoch,
        mean: values.reduce((sum, v) => sum + v, 0) / values.length,
        details: [m.steps, Math.min(...values), Math.max(...values)],
      };
    });
  const range = `from %{customdata[1]:${curve.format}} to %{customdata[2]:${curve.format}}`;
  return {
    ...baseTrace(optimizer, curve),
    mode: 'lines+markers',
    name: plotlyText(label),
    x: points.map((p) => p.epoch),
    y: points.map((p) => p.mean),
    customdata: points.map((p) => p.details),
    hovertemplate: hover(curve, `mean of ${drawn.length} seeds`, '%{customdata[0]:,}', range),
    line: { color, width: 2.5, dash: curve.dash },
    marker: { color, symbol, size: curve.dash === 'solid' ? 8 : 5 },
  };
}

function baseTrace(optimizer: string, curve: Curve): Trace {
  return { type: 'scatter', legendgroup: optimizer, meta: { optimizer, quantity: curve.quantity } };
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
  const optimizers = byOptimizer(runs);
  const epochs = lastEpoch(runs);
  // A point an epoch, not two ends: hover finds points, not the line between them.
  const x = [0.5, ...Array.from({ length: epochs }, (_, i) => i + 1), epochs + 0.5];
  return reported
    .filter((figure) => optimizers.has(figure.optimizer))
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
  const datasets = [...new Set(runs.map((run) => datasetLabel(run.summary.dataset)))];
  return {
    data,
    layout: epochLayout({
      title: datasets.length ? `${quantity}, ${datasets.join(' and ')}` : quantity,
      subtitles: [
        warnings(runs),
        ...wrapText(overridesNote(runs.map((run) => run.summary)), 60),
        whichRuns(runs),
        ...subtitles,
      ].filter((line) => line !== ''),
      yTitle,
      epochs: Math.max(1, lastEpoch(runs)),
      legendEntries: data.filter((trace) => trace.showlegend !== false).length,
    }),
    config: CHART_CONFIG,
  };
}

function warnings(runs: RunResult[]): string {
  return [
    runs.some((run) => run.summary.synthetic) ? 'synthetic data' : '',
    runs.some(({ summary: s }) => !s.synthetic && !s.verified) ? 'unverified copy' : '',
    runs.some((run) => run.summary.preset === 'quick') ? 'undertrained: a subset' : '',
  ]
    .filter((line) => line !== '')
    .join(', ');
}

/** 'preset quick, seeds 1, 2'. */
function whichRuns(runs: RunResult[]): string {
  if (runs.length === 0) return 'no runs';
  const presets = [...new Set(runs.map((run) => run.summary.preset))];
  const seeds = [...new Set(runs.map((run) => run.summary.seed))].sort((a, b) => a - b);
  const named = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}`;
  return `preset ${presets.join(' and ')}, ${seeds.length <= 5 ? named : `${seeds.length} seeds`}`;
}

function byOptimizer(runs: RunResult[]): Map<string, RunResult[]> {
  const groups = new Map<string, RunResult[]>();
  for (const run of runs) {
    const { optimizer } = run.summary;
    groups.set(optimizer, [...(groups.get(optimizer) ?? []), run]);
  }
  return groups;
}

function lastEpoch(runs: RunResult[]): number {
  return Math.max(0, ...runs.flatMap((run) => run.metrics.map((m) => m.epoch)));
}

/** A value as it is drawn, without the floating-point dust that 100 × 0.8374 leaves. */
function scaled({ factor }: Metric, value: number | undefined): number {
  // null × 100 would be a drawable 0.
  return Number.isFinite(value) ? Number((factor * value!).toFixed(6)) : Number.NaN;
}
