/**
 * What a notebook's cell calls: `import { plot, progress, IntSlider } from 'lazyahead/notebook'`.
 *
 * @module lazyahead/notebook
 */
import '../runtime/require-kit.js';

export type { PlotlyFigure } from '../charts/figure.js';
export type { SvgSize } from '../charts/svg/renderer.js';
export { svgOf } from '../charts/svg/svg-of.js';
export type { MimeBundle } from '../runtime/cell-api.js';
export { input, interrupted } from './ask.js';
export { clearOutput, type Displayable, display, show } from './display.js';
export { type Interaction, interact, type Values } from './interact.js';
export { liveCurves } from './live-curves.js';
export { type LivePlot, livePlot, type Points } from './live-plot.js';
export { type LiveSweepOptions, liveSweep } from './live-sweep.js';
export { plot } from './plot.js';
export { showProgress } from './progress.js';
export { type ProgressBar, type ProgressOptions, progress } from './progress-bar.js';
export type { Ending } from './progress-group.js';
export { type Row, table } from './table.js';
export { type PanelOptions, TrainingPanel } from './training-panel/panel.js';
export * from './widgets/index.js';
