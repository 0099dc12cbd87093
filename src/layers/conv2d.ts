import * as tf from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { stockClass } from './stock-class.js';

/** tf.layers' options: `filters`, `kernelSize`, `strides`, `padding`, `useBias`, … */
export type Conv2DConfig = Parameters<typeof layers.conv2d>[0];

const Stock = stockClass<Conv2DConfig, layers.Layer>(layers.conv2d, { filters: 1, kernelSize: 1 });

/**
 * `tf.layers.conv2d`, in training without the gradient of inputs that need none: tf.layers' fused op
 * computes that of the images, too, which takes as long as the first layer's two other products.
 *
 * Options, weights, saved form and class name are tf.layers' own. Layers with an activation, and
 * images whose channels come first, are computed by tf.layers.
 */
export class Conv2D extends Stock {
  // The fields of tf.layers' class.
  declare private activation: tf.serialization.Serializable;
  declare private bias: LayerVariable | null;
  declare private dataFormat: string;
  declare private dilationRate: [number, number];
  declare private kernel: LayerVariable;
  declare private padding: 'valid' | 'same';
  declare private strides: [number, number];

  constructor(config: Conv2DConfig) {
    super(config);
  }

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] {
    const isPlain =
      this.dataFormat === 'channelsLast' && this.activation.getClassName() === 'linear';
    if (!kwargs?.training || !isPlain) {
      return super.call(inputs, kwargs);
    }
    return tf.tidy(() => {
      const images = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const kernel = this.kernel.read() as tf.Tensor4D;
      const y = tf.conv2d(images, kernel, this.strides, this.padding, 'NHWC', this.dilationRate);
      return this.bias === null ? y : tf.add(y, this.bias.read());
    });
  }
}

/** A {@link Conv2D} layer. */
export function conv2d(config: Conv2DConfig): Conv2D {
  return new Conv2D(config);
}
