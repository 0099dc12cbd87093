/**
 * The part of an LSTM that has to be computed step by step, forwards and backwards: with the kernels
 * in `src/native/` where they are, else with ordinary operations.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { nativeBackend } from '../runtime/native-ops.js';
import { nativeRecurrence } from './lstm-native.js';
import { plainRecurrence } from './lstm-plain.js';

/** `hardSigmoid` is clip(0.2 x + 0.5, 0, 1), as in Keras 2 and tf.js (Keras 3's differs). */
export type RecurrentActivation = 'hardSigmoid' | 'sigmoid';

/** What both directions are given. */
export interface RecurrenceInputs {
  /** `[units, 4 · units]`, gates i, f, c, o. */
  recurrentKernel: tf.Tensor2D;
  /** Factors of h: `[1, batch, units]` for all gates or `[4, batch, units]`, one a gate. */
  recurrentMask?: tf.Tensor3D;
  /** `[batch, time]`: 1, or 0 where a step is passed over, its states those of the step before. */
  seen?: tf.Tensor2D;
  recurrentActivation: RecurrentActivation;
}

/** What the way forward leaves. */
export interface Forward {
  /** The state before each step, and after the last: `[batch, time + 1, units]`. */
  h: tf.Tensor3D;
  /** The cell state likewise. */
  c: tf.Tensor3D;
  /** What else the way back needs; empty unless it was asked for. */
  trace: tf.Tensor[];
}

/** Gradients that the way back gives. */
export interface Backward {
  /** Of `projected`, in its shape. */
  dz: tf.Tensor;
  /** Of the states before the first step, `[batch, units]`. */
  dh0: tf.Tensor2D;
  dc0: tf.Tensor2D;
}

/** One way to compute it. */
export interface Recurrence {
  /**
   * @param projected - x·W + b: `[1, batch, time, 4 · units]`, or by gate `[4, batch, time, units]`.
   * @param states - h and c before the first step, `[batch, units]`.
   * @param keep - whether the way back will follow.
   */
  forward(
    projected: tf.Tensor4D,
    states: [tf.Tensor2D, tf.Tensor2D],
    inputs: RecurrenceInputs,
    keep: boolean,
  ): Forward;

  /**
   * @param dh - the gradient of all states, `[batch, time, units]`, or of the last, `[batch, units]`.
   * @param dc - the gradient of the last cell state, `[batch, units]`.
   * @param parts - the first dimension of `projected`.
   */
  backward(
    forward: Forward,
    dh: tf.Tensor,
    dc: tf.Tensor2D,
    inputs: RecurrenceInputs,
    parts: 1 | 4,
  ): Backward;
}

/** The fastest way that the current backend has. */
export function bestRecurrence(): Recurrence {
  const backend = nativeBackend();
  return backend?.hasOwnKernels ? nativeRecurrence(backend) : plainRecurrence;
}
