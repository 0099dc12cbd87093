/** Losses of two weights, to watch optimizers walk on. */
import * as tf from '@tensorflow/tfjs-core';

/** A loss of two weights. */
export interface Surface {
  /** As a chart's title names it. */
  title: string;
  /** The loss at points, whose coordinates are tensors of one shape; so is what is returned. */
  loss(x: tf.Tensor, y: tf.Tensor): tf.Tensor;
  /** Where a walk starts. */
  start: readonly [x: number, y: number];
  /** The lowest point. */
  minimum: readonly [x: number, y: number];
  /** What a chart shows of it. */
  xRange: readonly [number, number];
  yRange: readonly [number, number];
}

/** Surfaces by name. */
export const SURFACES: { valley: Surface; banana: Surface } = {
  /** A quadratic that is 30 times as steep across as along: ½(0.1 x² + 3 y²). */
  valley: {
    title: 'a narrow valley',
    loss: (x, y) => tf.add(tf.mul(0.05, tf.square(x)), tf.mul(1.5, tf.square(y))),
    start: [-4, 1.2],
    minimum: [0, 0],
    xRange: [-4.6, 1.6],
    yRange: [-1.8, 1.8],
  },
  /** Rosenbrock's function, its scale 10 in place of 100: (1 − x)² + 10 (y − x²)². */
  banana: {
    title: 'Rosenbrock’s bent valley',
    loss: (x, y) => tf.add(tf.square(tf.sub(1, x)), tf.mul(10, tf.square(tf.sub(y, tf.square(x))))),
    start: [-1.3, 1.2],
    minimum: [1, 1],
    xRange: [-1.8, 1.8],
    yRange: [-0.6, 2.2],
  },
};
