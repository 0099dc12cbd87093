/** Which runs a chart draws as one curve, and how it looks. */
import { bestOf } from '../experiments/metric.js';
import { metricOf, type RunResult, resultOf } from '../training/results.js';
import { type Cell, cellLabel, cellsOf, isSweep } from './cells.js';
import { type OptimizerStyle, optimizerStyle } from './figure.js';

/** A curve: the runs of a cell. */
export interface Series extends OptimizerStyle, Cell {}

/** Curves that can be told apart in one chart. */
const MOST = 7;

// The palette of Okabe and Ito without its black and yellow, with grey.
const COLORS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#999999'];
const SYMBOLS = ['circle', 'square', 'diamond', 'star', 'triangle-up', 'hexagon', 'cross'];

/**
 * A curve a cell. Where only optimizers differ, each has the look that it has everywhere, unless two
 * look the same; in a sweep, and of more than can be told apart, the best cells are drawn, best first.
 */
export function seriesOf(runs: RunResult[]): { drawn: Series[]; of: number } {
  const cells = cellsOf(runs);
  if (haveOwnLooks(cells)) {
    const drawn = cells.map((cell) => ({ ...cell, ...optimizerStyle(cell.optimizer) }));
    return { drawn, of: cells.length };
  }
  const isRanked = isSweep(cells) || cells.length > MOST;
  const ranked = isRanked ? cells.toSorted((a, b) => rank(a) - rank(b)) : cells;
  const best = ranked.slice(0, MOST);
  const drawn = best.map((cell, i) => ({
    ...cell,
    label: cellLabel(cell.optimizer, cell.parameters),
    color: COLORS[i],
    symbol: SYMBOLS[i],
  }));
  return { drawn, of: cells.length };
}

/** Whether each can be drawn as its optimizer is everywhere: settings of one optimizer look the same there. */
export function haveOwnLooks(cells: Pick<Cell, 'optimizer' | 'parameters'>[]): boolean {
  const colors = new Set(cells.map(({ optimizer }) => optimizerStyle(optimizer).color));
  return !isSweep(cells) && colors.size === cells.length;
}

/** The mean of the best epochs, the better the lower; last what has none. */
function rank({ runs }: Cell): number {
  const metric = metricOf(runs[0].summary);
  const results = runs.flatMap(({ summary }) =>
    summary.status === 'completed' ? (resultOf(summary).best ?? []) : [],
  );
  if (bestOf(metric, results) === null) return Number.POSITIVE_INFINITY;
  const mean = results.reduce((sum, value) => sum + value, 0) / results.length;
  return metric.better === 'lower' ? mean : -mean;
}
