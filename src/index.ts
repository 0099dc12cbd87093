/**
 * The library: optimizer wrappers for any tf.js program, in Node and in a browser.
 *
 * @packageDocumentation
 */
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
