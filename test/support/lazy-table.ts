import type * as tf from '@tensorflow/tfjs-core';
import { type LazyMoments, LazyOptimizer } from '../../src/index.js';
import { variable } from './optimizers.js';

/** A table of two rows of one number; the second row is sampled at every step. */
export const tableOfTwo = () => variable([0, 0], [2, 1]);

/** A LazyOptimizer of one table. */
export function lazy(inner: tf.Optimizer, table: tf.Variable, moments: LazyMoments = 'decay') {
  return new LazyOptimizer(inner, { embeddingLayers: [table], moments });
}
