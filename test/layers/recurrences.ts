/** What the LSTM's tests share: each way to compute it, the definition, and sample numbers. */
import * as tf from '@tensorflow/tfjs-core';
import type { LSTMSequenceOptions, LSTMWeights } from '../../src/layers/lstm-sequence.js';
import { type NativeBackend, nativeBackend } from '../../src/runtime/native-ops.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { onEachBackend } from '../support/backends.js';
import { skip } from '../support/skip.js';

/** Defines the tests for cpu, for TensorFlow with our kernels, and for TensorFlow without. */
export function onEachRecurrence(define: () => void): void {
  onEachBackend((backend) => {
    if (backend === 'cpu') return define();
    for (const kernels of [true, false]) {
      describe(`${kernels ? 'with' : 'without'} our kernels`, () => {
        useKernels(kernels);
        define();
      });
    }
  });
}

/** Has a suite on the `tensorflow` backend use our kernels, or not. */
export function useKernels(wished: boolean): void {
  let backend: NativeBackend;
  let before_: boolean | undefined;
  before(function () {
    const native = nativeBackend();
    if (native === null) skip(this, 'TensorFlow does not compute on the CPU here');
    backend = native;
    before_ = backend.hasOwnKernels;
    if (wished && !before_) skip(this, 'the kernels in src/native are not compiled here');
    backend.hasOwnKernels = wished;
  });
  after(() => {
    if (backend) backend.hasOwnKernels = before_;
  });
}

export interface Sizes {
  batch: number;
  time: number;
  inputs: number;
  units: number;
}

export interface Sample extends LSTMWeights {
  x: tf.Tensor3D;
  states: [tf.Tensor2D, tf.Tensor2D];
}

/** Normal numbers; those of the weights are large enough for some hard gates to be clipped. */
export function sample({ batch, time, inputs, units }: Sizes, seed = 1): Sample {
  return {
    x: normal([batch, time, inputs], seed) as tf.Tensor3D,
    kernel: normal([inputs, 4 * units], seed + 1) as tf.Tensor2D,
    recurrentKernel: normal([units, 4 * units], seed + 2, 0.7) as tf.Tensor2D,
    bias: normal([4 * units], seed + 3, 0.5) as tf.Tensor1D,
    states: [4, 5].map((n) => normal([batch, units], seed + n)) as [tf.Tensor2D, tf.Tensor2D],
  };
}

export function normal(shape: number[], seed: number, scale = 1): tf.Tensor {
  const random = randomStream(seed, 'LSTM tests');
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(
    Float32Array.from({ length: size }, () => scale * random.normal()),
    shape,
  );
}

/** The definition, gate by gate and step by step, to be differentiated by the tape. */
export function byDefinition(
  { x, kernel, recurrentKernel, bias, states }: Sample,
  { inputMask, recurrentMask, seen, recurrentActivation, returnSequences }: LSTMSequenceOptions,
): { output: tf.Tensor; states: tf.Tensor[] } {
  const units = recurrentKernel.shape[0];
  const gate = (z: tf.Tensor) =>
    recurrentActivation === 'sigmoid'
      ? tf.sigmoid(z)
      : tf.clipByValue(tf.add(tf.mul(z, 0.2), 0.5), 0, 1);
  const masked = (value: tf.Tensor, mask: tf.Tensor | undefined, n: number) =>
    mask === undefined ? value : tf.mul(value, tf.gather(mask, Math.min(n, mask.shape[0] - 1)));
  let [h, c]: tf.Tensor[] = states;
  const outputs: tf.Tensor[] = [];
  for (let t = 0; t < x.shape[1]; t++) {
    // Not tf.unstack, which has no gradient for a single step.
    const step = tf.squeeze(tf.slice(x, [0, t, 0], [-1, 1, -1]), [1]);
    const z = (n: number) => {
      const columns = (weights: tf.Tensor) => tf.slice(weights, [0, n * units], [-1, units]);
      const ofInput = tf.matMul(masked(step, inputMask, n), columns(kernel));
      const ofState = tf.matMul(masked(h, recurrentMask, n), columns(recurrentKernel));
      return tf.add(tf.add(ofInput, ofState), tf.slice(bias, n * units, units));
    };
    const nextC = tf.add(tf.mul(gate(z(1)), c), tf.mul(gate(z(0)), tf.tanh(z(2))));
    const nextH = tf.mul(gate(z(3)), tf.tanh(nextC));
    const here = seen === undefined ? tf.scalar(1) : tf.slice(seen, [0, t], [-1, 1]);
    const choose = (now: tf.Tensor, before: tf.Tensor) =>
      tf.add(tf.mul(here, now), tf.mul(tf.sub(1, here), before));
    [h, c] = [choose(nextH, h), choose(nextC, c)];
    outputs.push(h);
  }
  return { output: returnSequences ? tf.stack(outputs, 1) : h, states: [h, c] };
}

/** The sum of all tensors' elements, each times a number of its own: its gradients are all different. */
export function weightedSum(tensors: tf.Tensor[]): tf.Scalar {
  return tf.addN(tensors.map((y, n) => tf.sum(tf.mul(y, normal(y.shape, 100 + n))))) as tf.Scalar;
}
