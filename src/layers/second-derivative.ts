import * as tf from '@tensorflow/tfjs-core';

/** @throws Error when the gradient of one of our operations is itself being differentiated. */
export function refuseSecondDerivative(what: string): void {
  if (tf.engine().isTapeOn()) {
    throw new Error(`The gradient of ${what} cannot itself be differentiated.`);
  }
}
