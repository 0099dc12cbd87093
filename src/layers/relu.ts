import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { nativeBackend, runOp } from '../runtime/native-ops.js';
import { refuseSecondDerivative } from './second-derivative.js';
import { stockClass } from './stock-class.js';

/**
 * max(x, 0), as `tf.relu`, whose gradient is a dozen passes over memory on tfjs-node. Here it is one,
 * by TensorFlow's own op; it cannot be differentiated again.
 *
 * @param x - float32, of any shape.
 */
export function rectify<T extends tf.Tensor>(x: T): T {
  const native = nativeBackend();
  if (native === null) {
    return tf.relu(x);
  }
  return tf.customGrad((...args) => {
    const [input, save] = args as unknown as [T, tf.GradSaveFunc];
    const y = tf.relu(input);
    // The output tells as well as the input where it was positive, and is kept anyway.
    save([y]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        refuseSecondDerivative('rectify');
        return runOp(native, 'ReluGrad', [dy, (saved as tf.Tensor[])[0]], 1)[0];
      },
    };
  })(x) as T;
}

/** tf.layers' options: `maxValue`, and those of every layer. */
export type ReLUConfig = NonNullable<Parameters<typeof layers.reLU>[0]>;

const Stock = stockClass<ReLUConfig, layers.Layer>(layers.reLU, {});

/**
 * `tf.layers.reLU` with the gradient of {@link rectify}. Options and saved form are tf.layers' own, and
 * so is the class name: a saved model loads in any tf.js program, and there gets tf.layers' layer. For
 * loaded models to get this one, register it first: `tf.serialization.registerClass(ReLU)`.
 */
export class ReLU extends Stock {
  // The field of tf.layers' class.
  declare private maxValue?: number;

  constructor(config?: ReLUConfig) {
    super(config);
  }

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] {
    if (this.maxValue != null) {
      return super.call(inputs, kwargs);
    }
    return tf.tidy(() => rectify(Array.isArray(inputs) ? inputs[0] : inputs));
  }
}

/** A {@link ReLU} layer. */
export function reLU(config?: ReLUConfig): ReLU {
  return new ReLU(config);
}
