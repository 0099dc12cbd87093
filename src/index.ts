/**
 * The library: optimizers and their wrappers for any tf.js program, in Node and in a browser.
 *
 * @module lazyahead
 */
// Registers the class of `keras_adam(…)`, which a saved model may name.
import './optimizers/keras-adam.js';

export {
  EmbeddingTable,
  type EmbeddingTableOptions,
  lookup,
} from './embedding/embedding-table.js';
export {
  mapGradient,
  type SparseGradient,
  sparseGradient,
  toDense,
} from './embedding/sparse-gradient.js';
export { adam } from './optimizers/adam.js';
export { GradientClipping, type GradientClippingOptions } from './optimizers/gradient-clipping.js';
export {
  type LazyMoments,
  LazyOptimizer,
  type LazyOptions,
  type LazyRows,
} from './optimizers/lazy.js';
export { learningRateOf, setLearningRate } from './optimizers/learning-rate.js';
export {
  Lookahead,
  type LookaheadOptions,
  type MomentumPolicy,
} from './optimizers/lookahead.js';
export { momentum, sgd } from './optimizers/momentum.js';
export { type Plateau, type PlateauOptions, reduceOnPlateau } from './optimizers/plateau.js';
export {
  type PlateauCallbackOptions,
  reduceOnPlateauCallback,
  type ScheduleCallbackOptions,
  scheduleCallback,
} from './optimizers/schedule-callback.js';
export { ScheduledLearningRate } from './optimizers/scheduled.js';
export {
  constantRate,
  cosineDecay,
  exponentialDecay,
  multiStepDecay,
  type Schedule,
  type ScheduleConfig,
  scheduleFromConfig,
  stepDecay,
  warmUp,
} from './optimizers/schedules.js';
export type { HasSlots, PlainSlot, Slot, SlotVariable } from './optimizers/slots.js';
export type { NamedState, NamedTensor } from './optimizers/state.js';
export type { EmbeddingLayer } from './optimizers/tables.js';
export { WeightAveraging, type WeightAveragingOptions } from './optimizers/weight-averaging.js';
export {
  type DecayFilter,
  WeightDecay,
  type WeightDecayOptions,
} from './optimizers/weight-decay.js';
export { type Gradient, OptimizerWrapper } from './optimizers/wrapper.js';
