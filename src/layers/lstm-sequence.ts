/**
 * The computation of an LSTM layer over a whole sequence, forwards and backwards as one operation.
 *
 * On the gradient tape an LSTM is a dozen small operations a time step, each with several more on
 * the way back, and their fixed cost is most of the time. Here the way back is written out: what a
 * step needs of the forward pass is prepared for all steps at once, and the weights' gradients are
 * one product over all steps.
 *
 * Gates are kept as the leading axis, `[4, …, units]`, in Keras's order i, f, c, o:
 *
 *     z = x·W + h·R + b        i, f, o = gate(z_i), gate(z_f), gate(z_o)        g = tanh(z_c)
 *     c' = f·c + i·g           h' = o·tanh(c')
 */
import * as tf from '@tensorflow/tfjs-core';

/** `hardSigmoid` is clip(0.2 x + 0.5, 0, 1), as in Keras 2 and tf.js (Keras 3's differs). */
export type RecurrentActivation = 'hardSigmoid' | 'sigmoid';

export interface LSTMSequenceOptions {
  recurrentActivation: RecurrentActivation;
  /** The output of every time step instead of the last one's. */
  returnSequences: boolean;
  /**
   * Factors of the inputs, the same at every time step: `[4, batch, inputDim]`, or
   * `[1, batch, inputDim]` where the gates share them.
   */
  inputMask?: tf.Tensor3D;
  /** Factors of the recurrent inputs: `[4 or 1, batch, units]`. */
  recurrentMask?: tf.Tensor3D;
}

/**
 * Runs an LSTM from zero states; differentiable once in the inputs and the weights.
 *
 * @param x - inputs, `[batch, time, inputDim]`.
 * @param kernel - `[inputDim, 4 · units]`, gates i, f, c, o.
 * @param recurrentKernel - `[units, 4 · units]`.
 * @param bias - `[4 · units]`.
 * @returns the last output, `[batch, units]`, or all of them, `[batch, time, units]`.
 */
export function lstmSequence(
  x: tf.Tensor3D,
  kernel: tf.Tensor2D,
  recurrentKernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  options: LSTMSequenceOptions,
): tf.Tensor {
  return tf.tidy(() => {
    const hard = options.recurrentActivation === 'hardSigmoid';
    const units = recurrentKernel.shape[0];
    // The hard sigmoid's slope and offset go into the weights, once: a step then only clips.
    const slope = hard ? tf.tensor3d([0.2, 0.2, 1, 0.2], [4, 1, 1]) : null;
    const byGate = (weights: tf.Tensor): tf.Tensor3D => {
      const split = tf.transpose(tf.reshape(weights, [-1, 4, units]), [1, 0, 2]);
      return (slope === null ? split : tf.mul(split, slope)) as tf.Tensor3D;
    };
    const offset = hard ? tf.tensor3d([0.5, 0.5, 0, 0.5], [4, 1, 1]) : null;
    const gateBias = offset === null ? byGate(bias) : tf.add(byGate(bias), offset);
    const output = sequenceOp(options)(
      tf.transpose(x, [1, 0, 2]),
      byGate(kernel),
      byGate(recurrentKernel),
      gateBias,
    );
    return options.returnSequences ? tf.transpose(output, [1, 0, 2]) : output;
  });
}

/**
 * The operation itself, on inputs `[time, batch, inputDim]` and weights `[4, …, units]`; its output
 * is `[batch, units]` or `[time, batch, units]`.
 */
function sequenceOp(options: LSTMSequenceOptions): (...inputs: tf.Tensor[]) => tf.Tensor {
  const { returnSequences, inputMask, recurrentMask } = options;
  const hard = options.recurrentActivation === 'hardSigmoid';
  // Within customGrad the tape is always off, so what was outside must be asked beforehand.
  const recording = tf.engine().isTapeOn();

  return tf.customGrad((...args) => {
    const [x, kernel, recurrentKernel, bias] = args as tf.Tensor3D[];
    const save = args[4] as tf.GradSaveFunc;
    const [time, batch] = x.shape;
    const units = bias.shape[2];

    const inputs = maskSteps(x, inputMask);
    const projected = tf.add(tf.matMul(inputs, kernel), bias);
    const steps = tf.unstack(tf.reshape(projected, [4, time, batch, units]), 1);
    let c: tf.Tensor = tf.zeros([batch, units]);
    let h = c;
    const outputs: tf.Tensor[] = [];
    // What the way back needs of each step: its gates, its tanh c', and the states it began with.
    const trace: tf.Tensor[][] = [];
    for (const projection of steps) {
      const [nextC, nextH, ...seen] = tf.tidy(() => {
        const z = tf.add(projection, tf.matMul(maskState(h, recurrentMask), recurrentKernel));
        // One operation over all gates, the candidate's share unused, costs less than three.
        const [i, f, , o] = tf.unstack(hard ? tf.clipByValue(z, 0, 1) : tf.sigmoid(z));
        const g = tf.tanh(tf.unstack(z)[2]);
        const nextC = tf.add(tf.mul(f, c), tf.mul(i, g));
        const tanhC = tf.tanh(nextC);
        return [nextC, tf.mul(o, tanhC), ...(recording ? [i, f, g, o, tanhC] : [])];
      });
      trace.push([...seen, c, h]);
      [c, h] = [nextC, nextH];
      outputs.push(h);
    }
    if (recording) {
      const stacked = trace[0].map((_, n) => tf.stack(trace.map((step) => step[n])));
      const masks = [inputMask, recurrentMask].filter((mask) => mask !== undefined);
      save([inputs, kernel, recurrentKernel, ...stacked, ...masks]);
    }
    return {
      value: returnSequences ? tf.stack(outputs) : h,
      gradFunc: (dy, saved) => {
        if (tf.engine().isTapeOn()) {
          throw new Error('The gradient of an LSTM layer cannot itself be differentiated.');
        }
        return gradients(dy, saved as tf.Tensor[]);
      },
    };
  });

  function gradients(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
    const [inputs, kernel, recurrentKernel, i, f, g, o, tanhC, c, h] = saved;
    // The caller's masks may be gone by now; the saved ones are the end of `saved`.
    const masks = saved.slice(10) as tf.Tensor3D[];
    const xMask = inputMask && masks.shift();
    const hMask = recurrentMask && masks.shift();
    const [time, batch, units] = h.shape;

    // A gate's slope, from its value s: s (1 − s), or 1 where the clipped line was not clipped.
    const slope = (s: tf.Tensor) => {
      const product = tf.sub(s, tf.square(s));
      return hard ? tf.sign(product) : product;
    };
    const tanhSlope = (s: tf.Tensor) => tf.sub(1, tf.square(s));
    // What dc (for i, f, c) and dh (for o) are multiplied by to give dz.
    const toGates = tf.unstack(
      tf.stack(
        [
          tf.mul(g, slope(i)),
          tf.mul(c, slope(f)),
          tf.mul(i, tanhSlope(g)),
          tf.mul(tanhC, slope(o)),
        ],
        1,
      ),
    );
    const outputToCell = tf.unstack(tf.mul(o, tanhSlope(tanhC)));
    const forget = tf.unstack(f);
    const dys = returnSequences ? tf.unstack(dy) : null;

    let dc: tf.Tensor = tf.zeros([batch, units]);
    let dh = dys === null ? dy : dc;
    const dzs: tf.Tensor[] = new Array(time);
    for (let t = time - 1; t >= 0; t--) {
      [dzs[t], dc, dh] = tf.tidy(() => {
        const dhHere = dys === null ? dh : tf.add(dh, dys[t]);
        const dcHere = tf.add(dc, tf.mul(dhHere, outputToCell[t]));
        const dz = tf.mul(tf.stack([dcHere, dcHere, dcHere, dhHere]), toGates[t]);
        const dMasked = tf.matMul(dz, recurrentKernel, false, true);
        return [dz, tf.mul(dcHere, forget[t]), sumGates(dMasked, hMask)];
      });
    }
    const dz = tf.reshape(tf.stack(dzs, 1), [4, time * batch, units]);
    const dMasked = tf.reshape(tf.matMul(dz, kernel, false, true), [4, time, batch, -1]);
    return [
      sumGates(dMasked, xMask && tf.expandDims(xMask, 1)),
      tf.matMul(inputs, dz, true, false),
      tf.matMul(maskSteps(h, hMask), dz, true, false),
      tf.sum(dz, 1, true),
    ];
  }
}

/** `[time, batch, n]` times a mask, as `[gates, time · batch, n]` for a product with the weights. */
function maskSteps(steps: tf.Tensor, mask: tf.Tensor3D | undefined): tf.Tensor {
  const [time, batch, n] = steps.shape;
  const masked = mask === undefined ? steps : tf.mul(steps, tf.expandDims(mask, 1));
  return tf.reshape(masked, [-1, time * batch, n]);
}

/** One step's state `[batch, units]` times a mask, as `[gates, batch, units]`. */
function maskState(state: tf.Tensor, mask: tf.Tensor3D | undefined): tf.Tensor {
  return mask === undefined ? tf.expandDims(state, 0) : tf.mul(state, mask);
}

/** The way back from a masked input `[4, …]` to the input: the sum over the gates. */
function sumGates(gradient: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  if (mask === undefined) {
    return tf.sum(gradient, 0);
  }
  return mask.shape[0] === 1
    ? tf.mul(tf.sum(gradient, 0), tf.squeeze(mask, [0]))
    : tf.sum(tf.mul(gradient, mask), 0);
}
