/** An LSTM's recurrence by the kernels in `src/native/`, one call a direction. */
import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, runOp } from '../runtime/native-ops.js';
import type { Recurrence, RecurrenceInputs } from './lstm-recurrence.js';

/** @param backend - one that has our kernels. */
export function nativeRecurrence(backend: NativeBackend): Recurrence {
  const isHard = ({ recurrentActivation }: RecurrenceInputs) =>
    recurrentActivation === 'hardSigmoid';
  // An op's inputs are always all there: an empty one stands for none.
  const optional = ({ recurrentMask, seen }: RecurrenceInputs) => {
    const none = tf.zeros([0]);
    return [recurrentMask ?? none, seen ?? none];
  };

  return {
    forward(projected, states, inputs, keep) {
      const [parts, batch, time, width] = projected.shape;
      const gates = parts === 4 ? projected : tf.reshape(projected, [batch, time, width]);
      const [h, c, ...trace] = runOp(
        backend,
        'LazyaheadLSTM',
        [gates, inputs.recurrentKernel, ...states, ...optional(inputs)],
        3,
        { hard: isHard(inputs), keep_gates: keep },
        {},
      );
      return { h: h as tf.Tensor3D, c: c as tf.Tensor3D, trace };
    },

    backward({ c, trace: [gates] }, dh, dc, inputs, parts) {
      const [dz, dh0, dc0] = runOp(
        backend,
        'LazyaheadLSTMGrad',
        [inputs.recurrentKernel, c, gates, dh, dc, ...optional(inputs)],
        3,
        { hard: isHard(inputs), by_gate: parts === 4 },
        {},
      );
      return { dz, dh0: dh0 as tf.Tensor2D, dc0: dc0 as tf.Tensor2D };
    },
  };
}
