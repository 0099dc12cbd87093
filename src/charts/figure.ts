/** What all charts share: the shape of a Plotly figure, its fonts, axes and colours. */

/** A trace: plain JSON, as Plotly's reference describes it. */
export type Trace = Record<string, unknown>;

/** A Plotly figure as plain JSON: give it to `Plotly.newPlot` or display it in a notebook. */
export interface Figure {
  data: Trace[];
  layout: Record<string, unknown>;
  config?: Record<string, unknown>;
}

/** A Plotly figure, its layout as far as wanted. */
export type PlotlyFigure = Pick<Figure, 'data'> & Partial<Figure>;

/** A figure as Plotly reads it from JSON, in which typed arrays would be objects with numbered keys. */
export const figureJson = (figure: PlotlyFigure): string =>
  JSON.stringify({ ...figure, layout: figure.layout ?? {} }, (_key, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
  );

/** How an optimizer is drawn, the same in every chart and table. */
export interface OptimizerStyle {
  /** As the field writes it, 'Lookahead(Adam)'. */
  label: string;
  /** Hexadecimal, from the palette of Okabe and Ito, which colour-blind readers can tell apart. */
  color: string;
  /** Plotly marker symbol: the second cue, for print and for readers who see no colours. */
  symbol: string;
}

const STYLES: Record<string, OptimizerStyle> = {
  adam: { label: 'Adam', color: '#0072B2', symbol: 'circle' },
  'lazy-adam': { label: 'Lazy(Adam)', color: '#D55E00', symbol: 'square' },
  'lazy-adam-freeze': { label: 'Lazy(Adam, freeze)', color: '#E69F00', symbol: 'triangle-up' },
  'lookahead-adam': { label: 'Lookahead(Adam)', color: '#009E73', symbol: 'diamond' },
  'lookahead-lazy-adam': { label: 'Lookahead(Lazy(Adam))', color: '#CC79A7', symbol: 'star' },
  sgd: { label: 'SGD', color: '#56B4E9', symbol: 'hexagon' },
  'lookahead-sgd': { label: 'Lookahead(SGD)', color: '#E69F00', symbol: 'triangle-down' },
  polyak: { label: 'Averaged SGD', color: '#999999', symbol: 'cross' },
  adamw: { label: 'AdamW', color: '#0072B2', symbol: 'triangle-up' },
  'lookahead-adamw': { label: 'Lookahead(AdamW)', color: '#009E73', symbol: 'diamond' },
};

// What the palette has left, without its black and yellow: each vanishes on one of the two themes.
const OTHER_COLORS = ['#56B4E9', '#999999', '#E69F00'];
const OTHER_SYMBOLS = ['hexagon', 'cross', 'triangle-down', 'pentagon', 'x'];

/** The style of an optimizer; one without a fixed style gets one that depends on its name alone. */
export function optimizerStyle(optimizer: string): OptimizerStyle {
  if (Object.hasOwn(STYLES, optimizer)) return STYLES[optimizer];
  let sum = 0;
  for (const character of optimizer) sum += character.codePointAt(0)!;
  return {
    label: optimizer,
    color: OTHER_COLORS[sum % OTHER_COLORS.length],
    symbol: OTHER_SYMBOLS[sum % OTHER_SYMBOLS.length],
  };
}

const DATASET_LABELS: Record<string, string> = {
  imdb: 'IMDB reviews',
  'imdb-synthetic': 'IMDB’s synthetic twin',
  cifar10: 'CIFAR-10',
  'cifar10-synthetic': 'CIFAR-10’s synthetic twin',
  cifar100: 'CIFAR-100',
  'cifar100-synthetic': 'CIFAR-100’s synthetic twin',
  ptb: 'Penn Treebank',
  'ptb-synthetic': 'Penn Treebank’s synthetic twin',
};

/** The name of a data set as titles print it. */
export function datasetLabel(dataset: string): string {
  return Object.hasOwn(DATASET_LABELS, dataset) ? DATASET_LABELS[dataset] : dataset;
}

/** Text that Plotly shows as it stands: Plotly reads `<b>`, `<a href>` and their like as markup. */
export function plotlyText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** A value without the floating-point dust that 100 × 0.8374 leaves. */
export const withoutDust = (value: number): number => Number(value.toPrecision(12));

export type Theme = 'light' | 'dark';

const THEMES = {
  light: { ink: '#1f2430', soft: '#5b6472', grid: '#e4e7ec', paper: '#ffffff' },
  dark: { ink: '#e6e9ef', soft: '#a3acba', grid: '#2d333e', paper: '#171a21' },
};

/** The layout's colours under a theme, as a patch for `Plotly.relayout`. */
export function themeColors(theme: Theme): Record<string, string> {
  const { ink, soft, grid, paper } = THEMES[theme];
  const patch: Record<string, string> = {
    'font.color': ink,
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    'modebar.color': soft,
    'modebar.activecolor': ink,
    'modebar.bgcolor': 'rgba(0,0,0,0)',
  };
  for (const axis of ['xaxis', 'yaxis']) {
    patch[`${axis}.gridcolor`] = grid;
    patch[`${axis}.linecolor`] = soft;
    patch[`${axis}.tickcolor`] = soft;
  }
  return patch;
}

/** What every chart says of itself. */
export interface ChartText {
  /** First line of the title; escaped here. */
  title: string;
  /** Smaller lines under it; escaped here. */
  subtitles: string[];
  /** Entries in the legend, which stands below the chart and needs room there. */
  legendEntries: number;
}

/** What differs between charts over epochs. */
export interface EpochChart extends ChartText {
  /** The quantity and its unit. */
  yTitle: string;
  /** Last epoch shown. */
  epochs: number;
}

/** How an axis looks. */
const AXIS = (() => {
  const { soft, grid } = THEMES.light;
  return { gridcolor: grid, linecolor: soft, tickcolor: soft, zeroline: false, automargin: true };
})();

/** An axis with its title; both are Plotly's, the title escaped here. */
export function axis(title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...AXIS, title: { text: plotlyText(title), standoff: 10 }, ...more };
}

/** The layout of every chart: fills the width it is given, legend below. */
export function chartLayout(
  { title, subtitles, legendEntries }: ChartText,
  axes: { xaxis: object; yaxis: object },
): Record<string, unknown> {
  const { paper, ink } = THEMES.light;
  const top = 44 + 18 * subtitles.length;
  return {
    title: {
      text: [
        `<b>${plotlyText(title)}</b>`,
        ...subtitles.map((s) => `<span style="font-size:13px">${plotlyText(s)}</span>`),
      ].join('<br>'),
      font: { size: 16 },
      x: 0,
      xref: 'container',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      pad: { l: 12, t: 20 },
    },
    font: {
      family: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
      size: 13,
      color: ink,
    },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    autosize: true,
    height: 340 + top + 20 * legendEntries,
    margin: { l: 56, r: 16, t: top, b: 48 },
    hovermode: 'closest',
    ...axes,
    // Hung from the container's lower edge: a distance in parts of the plot's height would let it
    // run into the axis title where the plot is low, on a phone.
    legend: {
      orientation: 'h',
      ...{ x: 0, xanchor: 'left', xref: 'container' },
      ...{ y: 0, yanchor: 'bottom', yref: 'container' },
    },
  };
}

/** The layout of a chart over epochs. */
export function epochLayout(chart: EpochChart): Record<string, unknown> {
  return chartLayout(chart, {
    xaxis: axis('Epoch', {
      range: [0.5, chart.epochs + 0.5],
      showgrid: false,
      showline: true,
      ticks: 'outside',
      // Ticks at whole epochs only, and not so many that their numbers run into one another.
      tick0: 1,
      dtick: Math.max(1, Math.ceil(chart.epochs / 15)),
    }),
    yaxis: axis(chart.yTitle),
  });
}

/** Plotly's options for every chart: no logo, no selection tools, resizes with its container. */
export const CHART_CONFIG = {
  displaylogo: false,
  responsive: true,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
};
