/** Adam as in Keras 2.2, and with the clock of the article's lazy optimizer: for comparisons. */
import * as tf from '@tensorflow/tfjs-core';
import { FusedAdam } from './adam.js';
import type { Gradients } from './gradients.js';
import type { AdamFields } from './native-adam.js';

/** tf.js's Adam has ε as a field that every step reads. */
const fieldsOf = (adam: tf.AdamOptimizer) => adam as unknown as AdamFields;

/**
 * Adam with the ε̂ of Keras, which stands beside √v before the bias correction,
 *
 *     θ ← θ − lr √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε̂),
 *
 * where tf.js, PyTorch and the paper's algorithm have ε beside the corrected root: it damps the first
 * steps more, those on small gradients most.
 */
export class KerasAdam extends FusedAdam {
  /** @nocollapse */
  static override get className(): string {
    return 'KerasAdam';
  }

  private readonly epsilonHat: number;

  /**
   * @param epsilonHat - default 1e-7, Keras's.
   * @param ticks - by how much t grows in a step, 1 as in any Adam. The article's lazy optimizer calls
   *   Adam once for the dense weights and once for each table, and so counts 1 + the number of tables.
   * @throws RangeError for ticks that are no whole number from 1.
   */
  constructor(
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilonHat = 1e-7,
    private readonly ticks = 1,
  ) {
    // First, for tf.js's Adam makes variables at once.
    if (!Number.isSafeInteger(ticks) || ticks < 1) {
      throw new RangeError(`ticks is a whole number from 1, not ${ticks}.`);
    }
    super(learningRate, beta1, beta2, epsilonHat);
    this.epsilonHat = epsilonHat;
    // What ε would be in tf.js's formula, in the step that is being taken.
    const { accBeta2 } = fieldsOf(this);
    Object.defineProperty(this, 'epsilon', {
      get: () => epsilonHat / Math.sqrt(1 - accBeta2.dataSync()[0]),
    });
  }

  override applyGradients(gradients: Gradients): void {
    super.applyGradients(gradients);
    const { accBeta1, accBeta2, beta1, beta2 } = fieldsOf(this);
    for (let tick = 1; tick < this.ticks; tick++) {
      tf.tidy(() => {
        accBeta1.assign(tf.mul(accBeta1, beta1));
        accBeta2.assign(tf.mul(accBeta2, beta2));
      });
    }
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilonHat, ticks: this.ticks };
  }

  /** @nocollapse */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { learningRate, beta1, beta2, epsilon, ticks }: tf.serialization.ConfigDict,
  ): T {
    return new cls(learningRate, beta1, beta2, epsilon, ticks);
  }
}

tf.serialization.registerClass(KerasAdam);
