/**
 * The report's own script, run in the reader's browser after Plotly's: draws each chart from the
 * JSON beside it and keeps its colours with the page's theme, in print too.
 */
export const PAGE_SCRIPT = `
'use strict';
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const themes = read('themes');
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const touch = window.matchMedia('(pointer: coarse)').matches;
const colors = () => (dark.matches ? themes.dark : themes.light);
const charts = [...document.querySelectorAll('.chart')];

function patched(layout, patch) {
  for (const [path, value] of Object.entries(patch)) {
    const keys = path.split('.');
    const last = keys.pop();
    keys.reduce((object, key) => (object[key] ??= {}), layout)[last] = value;
  }
  return layout;
}

for (const chart of charts) {
  const { data, layout, config } = read(chart.dataset.figure);
  patched(layout, colors());
  // A finger on a chart must scroll the page, not zoom.
  if (touch) layout.dragmode = false;
  // The legend stands in more rows there and would take its room from the plot.
  const hasLegend = data.some(({ name, showlegend }) => name && showlegend !== false);
  if (hasLegend && chart.clientWidth < 500) layout.height += 90;
  Plotly.newPlot(chart, data, layout, touch ? { ...config, displayModeBar: false } : config);
}

const recolor = (patch) => charts.forEach((chart) => Plotly.relayout(chart, patch));
dark.addEventListener('change', () => recolor(colors()));
window.addEventListener('beforeprint', () => recolor({ ...themes.light, width: 680 }));
window.addEventListener('afterprint', () => recolor({ ...colors(), width: null, autosize: true }));
`;
