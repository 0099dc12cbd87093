import * as tf from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { normalizeBatch, normalizeBy } from './batch-normalization-op.js';
import { stockClass } from './stock-class.js';

/** tf.layers' options: `axis`, `momentum`, `epsilon`, `center`, `scale`, initializers, … */
export type BatchNormalizationConfig = NonNullable<Parameters<typeof layers.batchNormalization>[0]>;

const Stock = stockClass<BatchNormalizationConfig, layers.Layer>(layers.batchNormalization, {});

/**
 * `tf.layers.batchNormalization`, trained several times as fast on tfjs-node: by TensorFlow's fused
 * ops, one forwards and one backwards, wherever the channels are the last axis.
 *
 * Options, weights, moving statistics (of the biased variance) and saved form are tf.layers' own, and
 * so is the class name: a saved model loads in any tf.js program, and there gets tf.layers' layer. For
 * loaded models to get this one, with the same numbers, register it first:
 * `tf.serialization.registerClass(BatchNormalization)`.
 *
 * The gradient of the fused ops cannot be differentiated again.
 */
export class BatchNormalization extends Stock {
  // The fields of tf.layers' class.
  declare private axis: number;
  declare private momentum: number;
  declare private epsilon: number;
  declare private gamma?: LayerVariable;
  declare private beta?: LayerVariable;
  declare private movingMean: LayerVariable;
  declare private movingVariance: LayerVariable;

  /** @throws RangeError for several axes. */
  constructor(config?: BatchNormalizationConfig) {
    super(config);
    // TF 2 Keras saves the axis in a list.
    const axis = Number(this.axis);
    if (!Number.isInteger(axis)) {
      throw new RangeError(
        `axis of a batch normalization must be one axis, but is ${JSON.stringify(this.axis)}.`,
      );
    }
    this.axis = axis;
  }

  /**
   * Normalizes.
   *
   * @param inputs - of any rank.
   * @param kwargs - `training: true` normalizes by the batch and moves the statistics towards it;
   *   else the moving statistics are what it normalizes by.
   */
  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const axis = this.axis < 0 ? this.axis + x.rank : this.axis;
    // There tf.layers has one fused op; along other axes it is wrong on the cpu backend.
    if (!kwargs?.training && axis === x.rank - 1) {
      return super.call(inputs, {});
    }
    return tf.tidy(() => {
      const weights = {
        gamma: (this.gamma?.read() ?? null) as tf.Tensor1D | null,
        beta: (this.beta?.read() ?? null) as tf.Tensor1D | null,
      };
      if (!kwargs?.training) {
        const statistics = { mean: this.movingMean.read(), variance: this.movingVariance.read() };
        return normalizeBy(statistics, x, weights, axis, this.epsilon);
      }
      const { y, mean, variance } = normalizeBatch(x, weights, axis, this.epsilon);
      this.move(this.movingMean, mean);
      this.move(this.movingVariance, variance);
      return y;
    });
  }

  /** s ← s − (1 − momentum) (s − value). */
  private move(statistic: LayerVariable, value: tf.Tensor): void {
    const old = statistic.read();
    statistic.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - this.momentum)));
  }
}

/**
 * A {@link BatchNormalization} layer: `tf.layers.batchNormalization`, trained faster on tfjs-node.
 *
 * @example
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.conv2d({ filters: 16, kernelSize: 3, useBias: false, inputShape: [32, 32, 3] }),
 *     batchNormalization({ momentum: 0.9 }),
 *   ],
 * });
 */
export function batchNormalization(config?: BatchNormalizationConfig): BatchNormalization {
  return new BatchNormalization(config);
}
