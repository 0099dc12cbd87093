/**
 * The library: optimizer wrappers, and layers, for any tf.js program, in Node and in a browser.
 *
 * @packageDocumentation
 */
export { LSTM, lstm } from './layers/lstm.js';
export type { LSTMConfig } from './layers/lstm-config.js';
export {
  type LazyMoments,
  LazyOptimizer,
  type LazyOptions,
  type LazyRows,
} from './optimizers/lazy.js';
export {
  Lookahead,
  type LookaheadOptions,
  type MomentumPolicy,
} from './optimizers/lookahead.js';
export type { HasSlots, Slot } from './optimizers/slots.js';
export type { EmbeddingLayer } from './optimizers/tables.js';
export { OptimizerWrapper } from './optimizers/wrapper.js';
