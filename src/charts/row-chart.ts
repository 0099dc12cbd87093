/** A rare word's weight over the steps, an optimizer a line. */
import {
  axis,
  CHART_CONFIG,
  chartLayout,
  type Figure,
  optimizerStyle,
  plotlyText,
  type Trace,
} from './figure.js';

/** The weight under an optimizer, at first and after each step. */
export interface RowLine {
  /** One of the project's names, which gives label and colour, or any other text. */
  optimizer: string;
  history: readonly number[];
}

/** Lines of the weight against steps, a vertical line at each step whose batch holds the word. */
export function rowChart(lines: readonly RowLine[], sampledAt: readonly number[]): Figure {
  const data = lines.map(({ optimizer, history }, i): Trace => {
    const { label, color } = optimizerStyle(optimizer);
    // The one that lies on others lets them be seen.
    const isLast = i > 0 && i === lines.length - 1;
    return {
      type: 'scatter',
      mode: 'lines',
      name: plotlyText(label),
      x: history.map((_, step) => step),
      y: history.map((value) => Number(value.toPrecision(5))),
      // A step at a time: between two steps nothing moves.
      line: { color, width: 2.5, shape: 'hv', ...(isLast && { dash: 'dash' }) },
      hovertemplate: `<b>%{fullData.name}</b><br>step %{x}, weight %{y:.4f}<extra></extra>`,
    };
  });
  return {
    data,
    layout: {
      ...chartLayout(
        {
          title: 'The weight of a word that few batches hold',
          subtitles: ['dotted: the steps whose batch holds the word, which pull its weight up'],
          legendEntries: lines.length,
        },
        {
          xaxis: axis('Step', { showline: true, showgrid: false }),
          yaxis: axis('The word’s weight'),
        },
      ),
      shapes: sampledAt.map((step) => ({
        ...{ type: 'line', x0: step, x1: step, yref: 'paper', y0: 0, y1: 1 },
        line: { color: '#5b6472', width: 1, dash: 'dot' },
      })),
    },
    config: CHART_CONFIG,
  };
}
