/**
 * The computation of an LSTM layer over a whole sequence, forwards and backwards as one operation.
 *
 * On the gradient tape an LSTM is a dozen small operations a time step, each with several more on
 * the way back, and their fixed cost is most of the time. Here the way back is written out. What
 * goes from step to step is the recurrence's (`lstm-recurrence.ts`); the products with the inputs
 * and all weights' gradients are taken over all steps at once.
 *
 *     z = x·W + h·R + b        i, f, o = gate(z_i), gate(z_f), gate(z_o)        g = tanh(z_c)
 *     c' = f·c + i·g           h' = o·tanh(c')
 */
import * as tf from '@tensorflow/tfjs-core';
import { bestRecurrence, type RecurrenceInputs } from './lstm-recurrence.js';
import { refuseSecondDerivative } from './second-derivative.js';

export interface LSTMSequenceOptions
  extends Pick<RecurrenceInputs, 'recurrentActivation' | 'recurrentMask' | 'seen'> {
  /** Whether every step's output is asked for, instead of the last one's. */
  returnSequences: boolean;
  /**
   * Factors of the inputs, the same at every time step: `[4, batch, inputDim]`, or
   * `[1, batch, inputDim]` where the gates share them.
   */
  inputMask?: tf.Tensor3D;
  /** Whether the last states are asked for. */
  returnState?: boolean;
}

/** Weights in tf.layers' order of gates: i, f, c, o. */
export interface LSTMWeights {
  /** `[inputDim, 4 · units]`. */
  kernel: tf.Tensor2D;
  /** `[units, 4 · units]`. */
  recurrentKernel: tf.Tensor2D;
  /** `[4 · units]`. */
  bias: tf.Tensor1D;
}

export interface LSTMOutputs {
  /** The last output, `[batch, units]`, or all of them, `[batch, time, units]`. */
  output: tf.Tensor;
  /** The last h and c, `[batch, units]` each, if they were asked for. */
  states?: [tf.Tensor2D, tf.Tensor2D];
}

/**
 * Runs an LSTM; differentiable once, in the inputs, the weights and the initial states.
 *
 * @param x - inputs, `[batch, time, inputDim]`.
 * @param initial - h and c before the first step, `[batch, units]`; zeros without.
 */
export function lstmSequence(
  x: tf.Tensor3D,
  weights: LSTMWeights,
  options: LSTMSequenceOptions,
  initial?: [tf.Tensor2D, tf.Tensor2D],
): LSTMOutputs {
  const { returnSequences, returnState = false } = options;
  const [batch, time] = x.shape;
  const units = weights.recurrentKernel.shape[0];
  const states = initial ?? [tf.zeros([batch, units]), tf.zeros([batch, units])];
  const { kernel, recurrentKernel, bias } = weights;
  const value = sequenceOp(options)(x, kernel, recurrentKernel, bias, ...states);
  if (!returnState) {
    return { output: value };
  }
  // A custom gradient is that of one tensor: the steps of h that are asked for, with c behind them.
  const asked = returnSequences ? time : 1;
  const step = (n: number) => tf.squeeze(steps(value, n, 1), [1]) as tf.Tensor2D;
  const [h, c] = [step(asked - 1), step(asked)];
  return { output: returnSequences ? steps(value, 0, asked) : h, states: [h, c] };
}

/**
 * The operation itself. Its value is the output, or, where states are asked for,
 * `[batch, steps + 1, units]`: the steps that are asked for and the last c.
 */
function sequenceOp(options: LSTMSequenceOptions): (...inputs: tf.Tensor[]) => tf.Tensor {
  const { returnSequences, returnState, inputMask, recurrentMask, seen } = options;
  // Masks of each gate's own need the products gate by gate, as [4, …] instead of [1, …].
  const parts = [inputMask, recurrentMask].some((mask) => mask?.shape[0] === 4) ? 4 : 1;
  // Within customGrad the tape is always off, so what was outside must be asked beforehand.
  const recording = tf.engine().isTapeOn();
  const recurrence = bestRecurrence();

  return tf.customGrad((...args) => {
    const [x, kernel, recurrentKernel, bias, h0, c0] = args as tf.Tensor[];
    const save = args[6] as tf.GradSaveFunc;
    const [batch, time] = x.shape;
    const inputs = maskSteps(x, inputMask, parts);
    const gateKernel = byGate(kernel, parts);
    const projected = tf.add(tf.matMul(inputs, gateKernel), byGate(bias, parts));
    const forward = recurrence.forward(
      tf.reshape(projected, [parts, batch, time!, -1]) as tf.Tensor4D,
      [h0, c0] as [tf.Tensor2D, tf.Tensor2D],
      { ...options, recurrentKernel: recurrentKernel as tf.Tensor2D },
      recording,
    );
    const { h, c, trace } = forward;
    const asked = returnSequences ? steps(h, 1, time!) : steps(h, time!, 1);
    if (recording) {
      const masks = [inputMask, recurrentMask, seen].filter((mask) => mask !== undefined);
      save([inputs, gateKernel, recurrentKernel, h, c, ...masks, ...trace]);
    }
    return {
      value: returnState ? tf.concat([asked, steps(c, time!, 1)], 1) : withoutOneStep(asked),
      gradFunc: (dy, saved) => {
        refuseSecondDerivative('an LSTM layer');
        return gradients(dy, saved as tf.Tensor[], batch!, time!);
      },
    };
  });

  function withoutOneStep(asked: tf.Tensor): tf.Tensor {
    return returnSequences ? asked : tf.squeeze(asked, [1]);
  }

  function gradients(dy: tf.Tensor, saved: tf.Tensor[], batch: number, time: number): tf.Tensor[] {
    const [inputs, gateKernel, recurrentKernel, h, c, ...rest] = saved as tf.Tensor3D[];
    // The caller's masks may be gone by now; the saved ones stand in their order.
    const savedMask = <T extends tf.Tensor>(mask: T | undefined) =>
      mask && (rest.shift() as tf.Tensor as T);
    const xMask = savedMask(inputMask);
    const hMask = savedMask(recurrentMask);
    const recurrenceInputs = {
      ...options,
      recurrentMask: hMask,
      seen: savedMask(seen),
      recurrentKernel: recurrentKernel as tf.Tensor as tf.Tensor2D,
    };
    const asked = returnSequences ? time : 1;
    const dh = withoutOneStep(returnState ? steps(dy as tf.Tensor3D, 0, asked) : expand(dy));
    const dc = returnState
      ? (tf.squeeze(steps(dy as tf.Tensor3D, asked, 1), [1]) as tf.Tensor2D)
      : (tf.zeros([batch, h.shape[2]]) as tf.Tensor2D);
    const back = recurrence.backward({ h, c, trace: rest }, dh, dc, recurrenceInputs, parts);

    const dz = tf.reshape(back.dz, [parts, batch * time, -1]);
    const dMasked = tf.reshape(tf.matMul(dz, gateKernel, false, true), [parts, batch, time, -1]);
    const hBefore = maskSteps(steps(h, 0, time), hMask, parts);
    return [
      tf.sum(xMask === undefined ? dMasked : tf.mul(dMasked, tf.expandDims(xMask, 2)), 0),
      fromGates(tf.matMul(inputs, dz, true, false), parts),
      fromGates(tf.matMul(hBefore, dz, true, false), parts),
      tf.reshape(tf.sum(dz, 1), [-1]),
      back.dh0,
      back.dc0,
    ];
  }

  /** The inverse of {@link withoutOneStep}. */
  function expand(dy: tf.Tensor): tf.Tensor3D {
    return (returnSequences ? dy : tf.expandDims(dy, 1)) as tf.Tensor3D;
  }
}

/** Some steps of `[batch, time, n]`. */
function steps(states: tf.Tensor, from: number, count: number): tf.Tensor3D {
  const [batch, , n] = states.shape;
  return tf.slice(states, [0, from, 0], [batch, count, n]) as tf.Tensor3D;
}

/** `[batch, time, n]` times a mask, as `[parts, batch · time, n]` for a product with the weights. */
function maskSteps(x: tf.Tensor, mask: tf.Tensor3D | undefined, parts: number): tf.Tensor {
  const masked = mask === undefined ? tf.expandDims(x, 0) : tf.mul(x, tf.expandDims(mask, 2));
  const all = masked.shape[0] < parts ? tf.tile(masked, [parts, 1, 1, 1]) : masked;
  const [batch, time, n] = x.shape;
  return tf.reshape(all, [parts, batch * time, n]);
}

/** `[n, 4 · units]` or `[4 · units]` as `[1, n, 4 · units]` or, gate by gate, `[4, n, units]`. */
function byGate(weights: tf.Tensor, parts: number): tf.Tensor {
  const width = weights.shape[weights.rank - 1]!;
  return tf.transpose(tf.reshape(weights, [-1, parts, width / parts]), [1, 0, 2]);
}

/** The inverse of {@link byGate}, to `[n, 4 · units]`. */
function fromGates(weights: tf.Tensor, parts: number): tf.Tensor {
  const [, n, width] = weights.shape;
  return tf.reshape(tf.transpose(weights, [1, 0, 2]), [n, parts * width]);
}
