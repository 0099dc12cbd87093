import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, typeAttribute } from '../runtime/native-ops.js';

/** Attributes of an op by name; a number is a float. */
type Attributes = Record<string, number | boolean | string>;

/**
 * Runs an op of TensorFlow's on float32 tensors. It is not on the gradient tape: call it within
 * `tf.customGrad`.
 *
 * @param types - names of the op's type attributes, all float32, most often `T`.
 */
export function runOp(
  native: NativeBackend,
  name: string,
  inputs: tf.Tensor[],
  outputs: number,
  attributes: Attributes = {},
  types: string[] = ['T'],
): tf.Tensor[] {
  const binding = native.binding as typeof native.binding & { TF_ATTR_FLOAT: number };
  const kinds = {
    number: binding.TF_ATTR_FLOAT,
    boolean: binding.TF_ATTR_BOOL,
    string: binding.TF_ATTR_STRING,
  };
  const all = [
    ...types.map((type) => typeAttribute(binding, type, 'float32')),
    ...Object.entries(attributes).map(([key, value]) => ({
      name: key,
      type: kinds[typeof value as keyof typeof kinds],
      value,
    })),
  ];
  return binding
    .executeOp(name, all, native.getInputTensorIds(inputs), outputs)
    .map((output) => native.createOutputTensor(output));
}

/** @throws Error when the gradient of one of our operations is itself being differentiated. */
export function refuseSecondDerivative(what: string): void {
  if (tf.engine().isTapeOn()) {
    throw new Error(`The gradient of ${what} cannot itself be differentiated.`);
  }
}
