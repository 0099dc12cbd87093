/** The charts of a sweep: what its hyperparameters do to the result. */
import { datasetLabel, type Figure, optimizerStyle } from '../charts/figure.js';
import { heatMapChart } from '../charts/heat-map.js';
import { parameterChart } from '../charts/parameter-chart.js';
import { METRICS } from '../experiments/metric.js';
import type { Interval } from '../statistics/sample.js';
import { formatSeeds } from './format.js';
import type { Reproduced, ReproductionRow, ReproductionTable } from './reproduction.js';

/** A chart of a report. */
export interface ReportChart {
  /** Its id in the page. */
  name: string;
  figure: Figure;
  /** What to see in it. */
  caption: string;
}

/** A row with completed runs. */
type Row = ReproductionRow & { reproduced: Reproduced };

/**
 * - Two hyperparameters vary on a grid: a heat map an optimizer, one against the other.
 * - One varies: the result against it, and a heat map against optimizers where there are several.
 * - More vary, or values are drawn at random: the result against each.
 */
export function sweepCharts(table: ReproductionTable): ReportChart[] {
  const rows = table.rows.filter((row): row is Row => row.reproduced !== null);
  const names = [...new Set(rows.flatMap(({ parameters }) => Object.keys(parameters)))];
  const optimizers = [...new Set(rows.map(({ optimizer }) => optimizer))];
  if (names.length === 0) return [];
  if (names.length === 2) {
    const maps = optimizers.flatMap((optimizer) =>
      gridMap(table, names as [string, string], optimizer, rows),
    );
    if (maps.length > 0) return maps;
  }
  const lines = names.flatMap((name) => parameterLines(table, name, rows, names.length === 1));
  const isGrid = valuesOf(names[0], rows).length <= MOST_COLUMNS;
  return names.length === 1 && optimizers.length > 1 && isGrid
    ? [...lines, optimizerMap(table, names[0], rows)]
    : lines;
}

/** Fields in a row of a heat map that can still be read. */
const MOST_COLUMNS = 12;

/** One hyperparameter against another; nothing where too few of the fields would be filled. */
function gridMap(
  table: ReproductionTable,
  [x, y]: [string, string],
  optimizer: string,
  all: Row[],
): ReportChart[] {
  const rows = all.filter((row) => row.optimizer === optimizer && x in row.parameters);
  const cells = rows.filter(({ parameters }) => y in parameters);
  const [xs, ys] = [valuesOf(x, cells), valuesOf(y, cells)];
  const fields = xs.length * ys.length;
  if (cells.length < 2 || xs.length > MOST_COLUMNS || cells.length < fields / 2) return [];
  const { label } = optimizerStyle(optimizer);
  const figure = heatMapChart({
    ...titles(table, `${label}: ${x} × ${y}`, cells),
    ...{ xTitle: x, yTitle: y, metric: METRICS[table.metric] },
    range: rangeOf(all.filter(({ parameters }) => x in parameters && y in parameters)),
    cells: cells.map(({ parameters, reproduced }) => ({
      ...{ x: parameters[x], y: parameters[y] },
      ...figures(reproduced),
    })),
  });
  return [{ name: `map-${optimizer}`, figure, caption: mapCaption(table) }];
}

/** A hyperparameter against optimizers. */
function optimizerMap(table: ReproductionTable, name: string, all: Row[]): ReportChart {
  const rows = all.filter(({ parameters }) => name in parameters);
  const figure = heatMapChart({
    ...titles(table, `${name} × optimizer`, rows),
    ...{ xTitle: name, yTitle: 'Optimizer', metric: METRICS[table.metric] },
    cells: rows.map(({ optimizer, parameters, reproduced }) => ({
      ...{ x: parameters[name], y: optimizerStyle(optimizer).label },
      ...figures(reproduced),
    })),
  });
  return { name: `map-${name}`, figure, caption: mapCaption(table) };
}

/** The result against a hyperparameter that has numbers. */
function parameterLines(
  table: ReproductionTable,
  name: string,
  all: Row[],
  alone: boolean,
): ReportChart[] {
  const rows = all.filter(({ parameters }) => typeof parameters[name] === 'number');
  if (rows.length < 2) return [];
  const metric = METRICS[table.metric];
  const figure = parameterChart({
    ...titles(table, `Best validation ${metric.name} against ${name}`, rows),
    ...{ parameter: name, metric, lines: alone },
    yTitle: `Best validation ${metric.name}${metric.unit && ` (${metric.unit.trim()})`}`,
    points: rows.map(({ optimizer, parameters, reproduced }) => ({
      ...{ optimizer, value: parameters[name] as number },
      ...figures(reproduced),
    })),
  });
  const seeds = Math.max(...rows.map(({ reproduced }) => reproduced.seeds.length));
  const bars = seeds > 1 ? ' Bars: the 95 % confidence interval of the mean over seeds.' : '';
  const caption = alone
    ? `Best epoch of each run, ${metric.better} is better. A flat curve stands for an optimizer that a badly chosen ${name} does not hurt.${bars}`
    : `A point a setting, ${metric.better} is better. What else varies is in the spread: a slope across it is what ${name} itself does.${bars}`;
  return [{ name: `against-${name}`, figure, caption }];
}

const figures = ({ best, seeds }: Reproduced) => ({
  mean: best.mean,
  confidence: best.confidence,
  n: seeds.length,
});

/** Lowest and highest mean: one scale of colours for the maps of all optimizers. */
function rangeOf(rows: Row[]): Interval {
  const means = rows.map(({ reproduced }) => reproduced.best.mean);
  return [Math.min(...means), Math.max(...means)];
}

const valuesOf = (name: string, rows: Row[]) => [
  ...new Set(rows.map(({ parameters }) => parameters[name])),
];

/** Notes that stand above the table, and say nothing of what a chart shows. */
const ABOVE_ALONE = /^(not counted|importance|ended early)/;

function titles({ dataset, preset, notes }: ReproductionTable, title: string, rows: Row[]) {
  const counts = rows.map(({ reproduced }) => reproduced.seeds.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const seeds = least === most ? formatSeeds(most) : `${least} to ${formatSeeds(most)}`;
  const warnings = notes.filter((note) => !ABOVE_ALONE.test(note));
  return {
    title,
    subtitles: [
      `${datasetLabel(dataset ?? '')}, preset ${preset}, ${seeds}`,
      ...warnings.map((note) => note.split(/[:;]/)[0]).slice(0, 2),
    ],
  };
}

function mapCaption({ metric }: ReproductionTable): string {
  const { name, better } = METRICS[metric];
  return `Best epoch’s validation ${name}, the mean over seeds: the brighter the better (${better}). Neighbours within each other’s interval, told on hover, are not to be ranked.`;
}
