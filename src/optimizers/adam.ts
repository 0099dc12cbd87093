/** tf.js's Adam with the steps of TensorFlow's fused op. */
import * as tf from '@tensorflow/tfjs-core';
import { applyFused, type SlotField } from './fused-step.js';
import type { Gradients } from './gradients.js';
import { type AdamFields, adamScalars, agreesWithTfjs } from './native-adam.js';
import type { NamedTensor } from './state.js';

/** tf.js's private fields. */
interface Slots {
  accumulatedFirstMoment: SlotField;
  accumulatedSecondMoment: SlotField;
}

/** @see adam */
export class FusedAdam extends tf.AdamOptimizer {
  /** @nocollapse */
  static override get className(): string {
    return 'Adam';
  }

  override applyGradients(gradients: Gradients): void {
    const fields = this as unknown as AdamFields & Slots;
    const stock = (list: NamedTensor[]) => super.applyGradients(list);
    if (!agreesWithTfjs(fields)) {
      stock(gradients as NamedTensor[]);
      return;
    }
    const slots = [fields.accumulatedFirstMoment, fields.accumulatedSecondMoment];
    applyFused(gradients, stock, slots, () => {
      const scalars = adamScalars(fields);
      return ([weights, ...moments], gradient) => weights.applyAdam(moments, scalars, gradient);
    });
  }
}

/**
 * `tf.train.adam`, whose step takes a fraction of the time on tfjs-node's CPU.
 *
 * It has the same class name, configuration and state, so that either goes on from what the other
 * saved, and takes the same steps but for rounding. On other backends, and with a β whose 1 − β
 * float32 does not have to 2e-5, such as 0.9999, the steps are tf.js's own.
 *
 * Milliseconds a step, `tf.train.adam` → this, one thread of a 2-core machine: a table of
 * 20,000 × 128 20 → 5; 20 variables of 256 elements 8 → 2.3; the 61 of a ResNet-20 34 → 8.
 *
 * @param learningRate - default 0.001.
 * @param beta1 - of the first moments, default 0.9.
 * @param beta2 - of the second moments, default 0.999.
 * @param epsilon - beside the root of the corrected second moment; by default the backend's, 1e-7
 *   where it has float32.
 * @example
 * model.compile({ optimizer: adam(1e-3), loss: 'binaryCrossentropy' });
 */
export const adam = (
  learningRate = 0.001,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon?: number,
): tf.AdamOptimizer => new FusedAdam(learningRate, beta1, beta2, epsilon);
