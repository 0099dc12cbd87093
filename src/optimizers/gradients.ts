/** The two forms in which tf.js takes the gradients of a step. */
import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensor } from './state.js';

/** What `applyGradients` takes; an entry without a tensor is a variable without a gradient. */
export type Gradients = tf.NamedTensorMap | NamedTensor[];

/** Gradients as a list. */
export const listOfGradients = (gradients: Gradients): NamedTensor[] =>
  Array.isArray(gradients)
    ? gradients
    : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
