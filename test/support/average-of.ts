import type * as tf from '@tensorflow/tfjs-core';
import type { WeightAveraging } from '../../src/optimizers/weight-averaging.js';

/** The average of a variable's values, as an optimizer has it. */
export const averageOf = (optimizer: WeightAveraging, x: tf.Variable) =>
  optimizer.withAveragedWeights(() => Array.from(x.dataSync()));
