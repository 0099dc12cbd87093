/** The time of a step against the size of the vocabulary. */
import type { StepTime } from '../illustrations/step-times.js';
import {
  axis,
  CHART_CONFIG,
  chartLayout,
  type Figure,
  optimizerStyle,
  plotlyText,
} from './figure.js';

/** Lines of the time (ms) against the number of words, both logarithmic, an optimizer a line. */
export function stepTimeChart(lines: Readonly<Record<string, readonly StepTime[]>>): Figure {
  return {
    data: Object.entries(lines).map(([optimizer, times]) => {
      const { label, color, symbol } = optimizerStyle(optimizer);
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name: plotlyText(label),
        x: times.map(({ vocabulary }) => vocabulary),
        y: times.map(({ milliseconds }) => Number(milliseconds.toPrecision(3))),
        line: { color, width: 2.5 },
        marker: { color, symbol, size: 9 },
        hovertemplate: '<b>%{fullData.name}</b><br>%{x:,} words: %{y:.3g} ms<extra></extra>',
      };
    }),
    layout: chartLayout(
      {
        title: 'Time of a step against the vocabulary',
        subtitles: [
          'the fastest of a few steps, measured on this machine while it ran the notebook',
        ],
        legendEntries: Object.keys(lines).length,
      },
      {
        xaxis: axis('Words in the vocabulary (logarithmic)', {
          type: 'log',
          dtick: 1,
          showline: true,
        }),
        yaxis: axis('Time of a step (ms, log.)', { type: 'log', dtick: 1 }),
      },
    ),
    config: CHART_CONFIG,
  };
}
