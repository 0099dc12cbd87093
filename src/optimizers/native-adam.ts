/** Adam's step by TensorFlow's fused op. */
import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, Resource } from '../runtime/native-ops.js';

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

/** What the fused op, which forms 1 − β in float32, has for 1 − β, over what tf.js has. */
const excess = (beta: number) => (1 - Math.fround(beta)) / (1 - beta);

/** Whether the moments of the fused op agree with tf.js's: to 1.3e-5 for 0.999, not for 0.9999. */
export const agreesWithTfjs = ({ beta1, beta2 }: AdamFields) =>
  [beta1, beta2].every((beta) => Math.abs(excess(beta) - 1) <= 2e-5);

/**
 * What TensorFlow's `ResourceApplyAdam` takes for tf.js's step t, in its order: β₁ᵗ, β₂ᵗ, the rate,
 * β₁, β₂ and ε̂. Run inside a tidy.
 *
 * Its ε̂ stands beside √v before the bias correction is applied to that, the "epsilon hat" of Kingma
 * and Ba (arXiv 1412.6980, section 2),
 *
 *     θ ← θ − lr √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε̂),
 *
 * where tf.js has ε beside the corrected one: the same step for ε̂ = ε √(1 − β₂ᵗ). Its moments are
 * larger by the excess r of their 1 − β; lr √r₂ / r₁ and ε̂ √r₂ take that out of the weights again.
 */
export function adamScalars(adam: AdamFields): tf.Tensor[] {
  const { learningRate, beta1, beta2, epsilon, accBeta1, accBeta2 } = adam;
  const root = Math.sqrt(excess(beta2));
  const epsilonHat = tf.mul(epsilon * root, tf.sqrt(tf.sub(1, accBeta2)));
  const rates = [(learningRate * root) / excess(beta1), beta1, beta2].map((x) => tf.scalar(x));
  return [accBeta1.clone(), accBeta2.clone(), ...rates, epsilonHat];
}

/**
 * One step of Adam in a single pass, where tf.js takes twelve, each with a result of its own.
 *
 * @param gradient - of the state's shape.
 */
export function nativeAdam(
  backend: NativeBackend,
  adam: AdamFields,
  state: AdamState,
  gradient: tf.Tensor,
): AdamState {
  const [weights, first, second] = [state.weights, state.first, state.second].map((tensor) => {
    const resource = new Resource(backend, tensor.shape);
    resource.assign(tensor);
    tensor.dispose();
    return resource;
  });
  weights.applyAdam([first, second], adamScalars(adam), gradient);
  return { weights: weights.take(), first: first.take(), second: second.take() };
}
