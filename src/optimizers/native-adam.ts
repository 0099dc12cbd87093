/** Adam's step on rows by TensorFlow's fused op. */
import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, Resource } from '../embedding/native-ops.js';

/** The hyperparameters and the clock of tf.js's Adam, its private fields. */
export interface AdamFields {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** β₁ᵗ and β₂ᵗ of the step t that is being taken. */
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
}

/** Tensors of one shape; a step disposes those it is given. */
export interface AdamState {
  weights: tf.Tensor;
  first: tf.Tensor;
  second: tf.Tensor;
}

/**
 * Whether the fused op agrees with tf.js. It forms 1 − β in float32, off by up to 3e-8: that is 1.3e-5
 * of it for β₂ = 0.999, and would be 1.7e-4 for 0.9999.
 */
export function isFusedExact({ beta1, beta2 }: AdamFields): boolean {
  return [beta1, beta2].every((beta) => {
    const share = 1 - beta;
    return Math.abs(1 - Math.fround(beta) - share) <= 2e-5 * share;
  });
}

/**
 * One step of Adam in a single pass, where tf.js takes twelve, each with a result of its own.
 *
 * TensorFlow's `ResourceApplyAdam` has ε outside of the bias correction,
 *
 *     θ ← θ − lr √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε̂),
 *
 * which is tf.js's step for ε̂ = ε √(1 − β₂ᵗ).
 *
 * @param gradient - of the state's shape.
 */
export function nativeAdam(
  backend: NativeBackend,
  { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 }: AdamFields,
  state: AdamState,
  gradient: tf.Tensor,
): AdamState {
  const [weights, first, second] = [state.weights, state.first, state.second].map((tensor) => {
    const resource = new Resource(backend, tensor.shape);
    resource.assign(tensor);
    tensor.dispose();
    return resource;
  });
  const epsilonHat = tf.mul(epsilon, tf.sqrt(tf.sub(1, accBeta2)));
  const rates = [learningRate, beta1, beta2].map((value) => tf.scalar(value));
  weights.applyAdam([first, second], [accBeta1, accBeta2, ...rates, epsilonHat], gradient);
  return { weights: weights.take(), first: first.take(), second: second.take() };
}
