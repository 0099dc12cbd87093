/** The chart of docs/cluster/scale.md, from recorded rows. */
import { axis, CHART_CONFIG, chartLayout, type Figure } from '../../src/charts/figure.js';
import type { SimulatedRow } from './row.js';

/** Colours of Okabe and Ito, one a kind of trial; a second cue for each. */
const STYLES: Record<string, { label: string; color: string; symbol: string }> = {
  tiny: { label: 'trials that only start and end', color: '#D55E00', symbol: 'square' },
  'ptb smoke': { label: 'ptb, preset smoke', color: '#CC79A7', symbol: 'star' },
  'ptb quick': { label: 'ptb, preset quick', color: '#0072B2', symbol: 'circle' },
  'cifar10 quick': { label: 'cifar10, preset quick', color: '#009E73', symbol: 'diamond' },
};

/** Trials a minute against the number of workers, a line a sweep. */
export function scaleChart(rows: SimulatedRow[]): Figure {
  const keyOf = ({ work, trials }: SimulatedRow) => `${work} ${trials}`;
  const lines = [...new Set(rows.map(keyOf))].map((key) =>
    rows.filter((row) => keyOf(row) === key),
  );
  const [{ losses_an_hour }] = rows;
  return {
    data: lines.map((line) => {
      const [{ work, trials }] = line;
      const { label, color, symbol } = STYLES[work];
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name: `${trials.toLocaleString('en')} ${label}`,
        x: line.map(({ workers }) => workers),
        y: line.map(({ trials_a_minute }) => trials_a_minute),
        line: { color, width: 2.5, ...(trials < 10_000 && { dash: 'dash' }) },
        marker: { color, symbol, size: 9 },
      };
    }),
    layout: chartLayout(
      {
        title: 'Simulated sweeps on Ray: trials a minute',
        subtitles: [
          `from times measured on two cores; each worker is lost ${losses_an_hour} times an hour`,
        ],
        legendEntries: lines.length,
      },
      {
        xaxis: axis('Workers (logarithmic)', { type: 'log', showline: true }),
        yaxis: axis('Trials a minute (logarithmic)', { type: 'log' }),
      },
    ),
    config: CHART_CONFIG,
  };
}
