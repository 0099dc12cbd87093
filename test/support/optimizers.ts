import * as tf from '@tensorflow/tfjs-core';

/** One of every optimizer of tf.js, at rates at which a few steps can be told apart. */
export const OPTIMIZERS: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.01),
  'rmsprop with momentum': () => tf.train.rmsprop(0.01, 0.9, 0.9),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
};

let count = 0;

/** A variable with a name of its own. */
export function variable(values: number[], shape?: number[]): tf.Variable {
  count += 1;
  return tf.tidy(() => tf.variable(tf.tensor(values, shape), true, `v${count}`));
}

/** Takes one step with ready-made gradients. */
export function step(
  optimizer: tf.Optimizer,
  variables: tf.Variable[],
  gradients: (number[] | null)[],
): void {
  tf.tidy(() =>
    optimizer.applyGradients(
      variables.map((v, i) => ({
        name: v.name,
        tensor: (gradients[i] === null ? null : tf.tensor(gradients[i]!, v.shape)) as tf.Tensor,
      })),
    ),
  );
}

/** A variable's value after each of some steps with given gradients. */
export function trajectory(
  optimizer: tf.Optimizer,
  v: tf.Variable,
  gradients: number[][],
): number[][] {
  return gradients.map((gradient) => {
    step(optimizer, [v], [gradient]);
    return Array.from(v.dataSync());
  });
}
