/** What a notebook's cell calls: `import { plot, showProgress, table } from 'lazyahead/notebook'`. */
export { display, type MimeBundle } from './display.js';
export { plot } from './plot.js';
export { showProgress } from './progress.js';
export { type Row, table } from './table.js';
