/** Batch normalization in training: Ioffe & Szegedy 2015, arXiv 1502.03167, algorithm 1. */
import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, nativeBackend, runOp } from '../runtime/native-ops.js';
import { refuseSecondDerivative } from './second-derivative.js';

/** What a batch is scaled and shifted by: one number for each channel, or null for 1 and 0. */
export interface ScaleAndOffset {
  gamma: tf.Tensor1D | null;
  beta: tf.Tensor1D | null;
}

/** A normalized batch, and what it was normalized by, one number for each channel. */
export type NormalizedBatch = {
  /** In the shape of the batch. */
  y: tf.Tensor;
  mean: tf.Tensor1D;
  /** Biased: the mean square deviation. */
  variance: tf.Tensor1D;
};

/**
 * Normalizes each channel of a batch to mean 0 and variance 1, then scales and shifts it:
 *
 *     y = γ (x − mean) / √(variance + ε) + β
 *
 * Differentiable in x, γ and β; on tfjs-node, with the channels last, by TensorFlow's fused ops, whose
 * gradient cannot be differentiated again. No gradient flows through `mean` and `variance`.
 *
 * @param x - of any rank.
 * @param axis - of the channels, from 0.
 */
export function normalizeBatch(
  x: tf.Tensor,
  { gamma, beta }: ScaleAndOffset,
  axis: number,
  epsilon: number,
): NormalizedBatch {
  const native = nativeBackend();
  return tf.tidy(() =>
    native !== null && axis === x.rank - 1 && x.size > 0
      ? normalizeFused(native, x, { gamma, beta }, epsilon)
      : normalizePlainly(x, { gamma, beta }, axis, epsilon),
  );
}

/** Normalizes by statistics that are given, with ordinary ops; of any rank, along any axis. */
export function normalizeBy(
  { mean, variance }: { mean: tf.Tensor; variance: tf.Tensor },
  x: tf.Tensor,
  { gamma, beta }: ScaleAndOffset,
  axis: number,
  epsilon: number,
): tf.Tensor {
  return tf.tidy(() => {
    const shape = x.shape.map((size, i) => (i === axis ? size : 1));
    const along = (values: tf.Tensor) => tf.reshape(values, shape);
    const deviation = tf.sub(x, along(mean));
    let y = tf.mul(deviation, tf.rsqrt(tf.add(along(variance), epsilon)));
    if (gamma !== null) y = tf.mul(y, along(gamma));
    if (beta !== null) y = tf.add(y, along(beta));
    return y;
  });
}

function normalizePlainly(
  x: tf.Tensor,
  weights: ScaleAndOffset,
  axis: number,
  epsilon: number,
): NormalizedBatch {
  const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const { mean, variance } = tf.moments(x, others) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  return { y: normalizeBy({ mean, variance }, x, weights, axis, epsilon), mean, variance };
}

/** Of the batch, and of the channels' numbers. */
const TYPES = { T: 'float32', U: 'float32' } as const;

function normalizeFused(
  native: NativeBackend,
  x: tf.Tensor,
  { gamma, beta }: ScaleAndOffset,
  epsilon: number,
): NormalizedBatch {
  const channels = x.shape[x.rank - 1];
  const shaped = (tensor: tf.Tensor, shape: number[]) =>
    tf.util.arraysEqual(tensor.shape, shape) ? tensor : tf.reshape(tensor, shape);
  // The ops take images.
  const image = x.rank === 4 ? x.shape : [x.size / channels, 1, 1, channels];
  const attributes = { epsilon, data_format: 'NHWC', is_training: true };
  const scale = gamma ?? tf.ones([channels]);
  const offset = beta ?? tf.zeros([channels]);
  const none = tf.zeros([0]);
  // The op's own batch variance (its third output) is the unbiased one; what it keeps for the way
  // back, the fifth, is the biased.
  const [y, mean, , , variance, reserve] = runOp(
    native,
    'FusedBatchNormV3',
    [shaped(x, image), scale, offset, none, none],
    6,
    attributes,
    TYPES,
  );
  const trained = [gamma, beta].filter((weight) => weight !== null);
  const normalized = tf.customGrad((...args) => {
    const save = args[args.length - 1] as unknown as tf.GradSaveFunc;
    save([args[0] as tf.Tensor, scale, mean, variance, reserve]);
    return {
      value: shaped(y, x.shape),
      gradFunc: (dy, saved) => {
        refuseSecondDerivative('fused batch normalization');
        const [batch, ...rest] = saved as tf.Tensor[];
        const [dx, dGamma, dBeta] = runOp(
          native,
          'FusedBatchNormGradV3',
          [shaped(dy, image), shaped(batch, image), ...rest],
          5,
          attributes,
          TYPES,
        );
        return [
          shaped(dx, batch.shape),
          ...(gamma === null ? [] : [dGamma]),
          ...(beta === null ? [] : [dBeta]),
        ];
      },
    };
  })(x, ...trained);
  return { y: normalized, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}
