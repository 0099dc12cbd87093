/** An LSTM's recurrence in ordinary operations, for any backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { Recurrence, RecurrenceInputs } from './lstm-recurrence.js';

/** See {@link Recurrence}. What a step needs on the way back is prepared for all steps at once. */
export const plainRecurrence: Recurrence = {
  forward(projected, states, inputs, keep) {
    const step = stepper(inputs, projected.shape[0]);
    const [, batch] = projected.shape;
    const seen = inputs.seen && columns(inputs.seen);
    let [h, c]: tf.Tensor[] = states;
    const [hs, cs] = [[h], [c]];
    // The gates i, f, g, o of each step.
    const trace: tf.Tensor[][] = [];
    for (const [t, projection] of tf.unstack(projected, 2).entries()) {
      const [nextH, nextC, ...gates] = tf.tidy(() => {
        const [i, f, g, o] = step.gates(projection, h);
        const nextC = tf.add(tf.mul(f, c), tf.mul(i, g));
        const nextH = tf.mul(o, tf.tanh(nextC));
        const kept = keep ? [i, f, g, o] : [];
        if (seen === undefined) return [nextH, nextC, ...kept];
        return [choose(seen[t], nextH, h), choose(seen[t], nextC, c), ...kept];
      });
      [h, c] = [nextH, nextC];
      hs.push(h);
      cs.push(c);
      trace.push(gates.map((gate) => tf.reshape(gate, [batch, -1])));
    }
    return {
      h: tf.stack(hs, 1) as tf.Tensor3D,
      c: tf.stack(cs, 1) as tf.Tensor3D,
      // Time first: [time, batch, units] each.
      trace: keep ? [0, 1, 2, 3].map((gate) => tf.stack(trace.map((step) => step[gate]))) : [],
    };
  },

  backward({ c, trace }, dh, dc, inputs, parts) {
    const [i, f, g, o] = trace;
    const step = stepper(inputs, parts);
    const [time] = i.shape;
    const cells = tf.transpose(c, [1, 0, 2]);
    const tanhC = tf.tanh(tf.slice(cells, [1, 0, 0]));
    const before = tf.slice(cells, [0, 0, 0], i.shape as [number, number, number]);
    const slopeOfTanh = (s: tf.Tensor) => tf.sub(1, tf.square(s));
    // What dc (for i, f, c) and dh (for o) are multiplied by to give dz, and dh to give dc.
    const toGates = [
      tf.mul(g, step.slope(i)),
      tf.mul(before, step.slope(f)),
      tf.mul(i, slopeOfTanh(g)),
      tf.mul(tanhC, step.slope(o)),
    ].map((factor) => tf.unstack(factor));
    const toCell = tf.unstack(tf.mul(o, slopeOfTanh(tanhC)));
    const forget = tf.unstack(f);
    const everyStep = dh.rank === 3 ? tf.unstack(dh, 1) : null;
    const seen = inputs.seen && columns(inputs.seen);

    let dCell: tf.Tensor = dc;
    let dState = everyStep === null ? dh : tf.zerosLike(dc);
    const dzs: tf.Tensor[] = new Array(time);
    for (let t = time - 1; t >= 0; t--) {
      [dzs[t], dCell, dState] = tf.tidy(() => {
        const dhAll = everyStep === null ? dState : tf.add(dState, everyStep[t]);
        // A step that is passed over hands on what it gets, and its gates get nothing.
        const dhHere = seen === undefined ? dhAll : tf.mul(dhAll, seen[t]);
        const dcThere = seen === undefined ? dCell : tf.mul(dCell, seen[t]);
        const dcHere = tf.add(dcThere, tf.mul(dhHere, toCell[t]));
        const dz = step.join(
          [dcHere, dcHere, dcHere, dhHere].map((d, gate) => tf.mul(d, toGates[gate][t])),
        );
        const dcBefore = tf.mul(dcHere, forget[t]);
        const dhBefore = step.throughKernel(dz);
        return seen === undefined
          ? [dz, dcBefore, dhBefore]
          : [dz, choose(seen[t], dcBefore, dCell), tf.add(dhBefore, tf.sub(dhAll, dhHere))];
      });
    }
    return { dz: tf.stack(dzs, 2), dh0: dState as tf.Tensor2D, dc0: dCell as tf.Tensor2D };
  },
};

/** What a step does with all gates at once, in either layout of them. */
function stepper(inputs: RecurrenceInputs, parts: number) {
  const { recurrentKernel, recurrentMask: mask, recurrentActivation } = inputs;
  const hard = recurrentActivation === 'hardSigmoid';
  const [units] = recurrentKernel.shape;
  const kernel =
    parts === 1
      ? tf.expandDims(recurrentKernel, 0)
      : tf.transpose(tf.reshape(recurrentKernel, [units, 4, units]), [1, 0, 2]);
  const split = (z: tf.Tensor): tf.Tensor[] =>
    parts === 1 ? tf.split(tf.squeeze(z, [0]), 4, 1) : tf.unstack(z);

  return {
    /** Values i, f, g, o `[batch, units]` of a step, from its projection and the state before. */
    gates(projection: tf.Tensor, h: tf.Tensor): tf.Tensor[] {
      const state = mask === undefined ? tf.expandDims(h, 0) : tf.mul(h, mask);
      const product = parts === 4 && state.shape[0] === 1 ? tf.tile(state, [4, 1, 1]) : state;
      const z = tf.add(projection, tf.matMul(product, kernel));
      // One operation over all gates, the candidate's share unused, costs less than three.
      const [i, f, , o] = split(
        hard ? tf.clipByValue(tf.add(tf.mul(z, 0.2), 0.5), 0, 1) : tf.sigmoid(z),
      );
      return [i, f, tf.tanh(split(z)[2]), o];
    },
    /** A gate's slope, from its value. */
    slope(s: tf.Tensor): tf.Tensor {
      const product = tf.sub(s, tf.square(s));
      return hard ? tf.mul(tf.sign(product), 0.2) : product;
    },
    /** Four gradients `[batch, units]` in the layout of the projection. */
    join: (gates: tf.Tensor[]): tf.Tensor =>
      parts === 1 ? tf.expandDims(tf.concat(gates, 1), 0) : tf.stack(gates),
    /** From the gates' gradient to that of the state before. */
    throughKernel(dz: tf.Tensor): tf.Tensor {
      const dMasked = tf.matMul(dz, kernel, false, true);
      return tf.sum(mask === undefined ? dMasked : tf.mul(dMasked, mask), 0);
    },
  };
}

/** `[batch, time]` as `[batch, 1]` for each step. */
const columns = (seen: tf.Tensor2D) => tf.unstack(tf.expandDims(seen, 2), 1);

const choose = (seen: tf.Tensor, now: tf.Tensor, before: tf.Tensor) =>
  tf.add(tf.mul(now, seen), tf.mul(before, tf.sub(1, seen)));
