/**
 * What a notebook's cell calls: `import { plot, progress, IntSlider } from 'lazyahead/notebook'`.
 *
 * @module lazyahead/notebook
 */
export { input, interrupted } from './ask.js';
export { clearOutput, type Displayable, display, type MimeBundle } from './display.js';
export { liveCurves } from './live-curves.js';
export { type LivePlot, livePlot, type Points } from './live-plot.js';
export { type PlotlyFigure, plot } from './plot.js';
export { showProgress } from './progress.js';
export { type ProgressBar, type ProgressOptions, progress } from './progress-bar.js';
export type { Ending } from './progress-group.js';
export { type Row, table } from './table.js';
export * from './widgets/index.js';
