import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { dropoutMask } from '../../src/layers/dropout-mask.js';
import { type LSTMSequenceOptions, lstmSequence } from '../../src/layers/lstm-sequence.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';

const [BATCH, TIME, INPUTS, UNITS] = [3, 5, 4, 6];

/** Inputs, kernel, recurrent kernel and bias, wide enough for some hard gates to be clipped. */
function sample(): [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D, tf.Tensor1D] {
  const random = randomStream(1, 'lstm sequence test');
  const normal = (shape: number[], scale: number) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => scale * random.normal()),
      shape,
    );
  return [
    normal([BATCH, TIME, INPUTS], 1) as tf.Tensor3D,
    normal([INPUTS, 4 * UNITS], 1) as tf.Tensor2D,
    normal([UNITS, 4 * UNITS], 0.7) as tf.Tensor2D,
    normal([4 * UNITS], 0.5) as tf.Tensor1D,
  ];
}

function masks(gates: 1 | 4, inputs: boolean, recurrent: boolean): Partial<LSTMSequenceOptions> {
  const random = randomStream(2, 'lstm sequence test');
  return {
    ...(inputs && { inputMask: dropoutMask([gates, BATCH, INPUTS], 0.3, random) }),
    ...(recurrent && { recurrentMask: dropoutMask([gates, BATCH, UNITS], 0.3, random) }),
  };
}

/** The definition, gate by gate and step by step, differentiated by the tape. */
function byDefinition(inputs: tf.Tensor[], options: LSTMSequenceOptions): tf.Tensor {
  const [x, kernel, recurrentKernel, bias] = inputs;
  const { inputMask, recurrentMask, recurrentActivation, returnSequences } = options;
  const columns = (weights: tf.Tensor, gate: number) =>
    tf.slice(weights, [0, gate * UNITS], [-1, UNITS]) as tf.Tensor2D;
  const masked = (value: tf.Tensor, mask: tf.Tensor | undefined, gate: number) =>
    (mask === undefined
      ? value
      : tf.mul(value, tf.gather(mask, Math.min(gate, mask.shape[0] - 1)))) as tf.Tensor2D;
  const gateActivation = (z: tf.Tensor) =>
    recurrentActivation === 'sigmoid'
      ? tf.sigmoid(z)
      : tf.clipByValue(tf.add(tf.mul(z, 0.2), 0.5), 0, 1);
  let h: tf.Tensor = tf.zeros([BATCH, UNITS]);
  let c: tf.Tensor = tf.zeros([BATCH, UNITS]);
  const outputs: tf.Tensor[] = [];
  for (let t = 0; t < TIME; t++) {
    const step = tf.reshape(tf.slice(x, [0, t, 0], [-1, 1, -1]), [BATCH, INPUTS]);
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) =>
      tf.add(
        tf.add(
          tf.matMul(masked(step, inputMask, gate), columns(kernel, gate)),
          tf.matMul(masked(h, recurrentMask, gate), columns(recurrentKernel, gate)),
        ),
        tf.slice(bias, gate * UNITS, UNITS),
      ),
    );
    c = tf.add(tf.mul(gateActivation(f), c), tf.mul(gateActivation(i), tf.tanh(g)));
    h = tf.mul(gateActivation(o), tf.tanh(c));
    outputs.push(h);
  }
  return returnSequences ? tf.stack(outputs, 1) : h;
}

describe('lstmSequence', () => {
  onEachBackend(() => {
    it('computes one step of one unit as worked by hand', () => {
      // x = 1: z = (0.5, 1, 1, 0) · 1 + bias (0, 0, 0, 0.5)
      // i = 0.2 · 0.5 + 0.5 = 0.6, g = tanh 1 = 0.761594, c = 0.6 · 0.761594 = 0.456957
      // o = 0.2 · 0.5 + 0.5 = 0.6, h = 0.6 · tanh 0.456957 = 0.6 · 0.427600 = 0.256560
      tf.tidy(() => {
        const h = lstmSequence(
          tf.tensor3d([1], [1, 1, 1]),
          tf.tensor2d([0.5, 1, 1, 0], [1, 4]),
          tf.zeros([1, 4]),
          tf.tensor1d([0, 0, 0, 0.5]),
          { recurrentActivation: 'hardSigmoid', returnSequences: false },
        );
        expectClose(h.dataSync(), [0.25656], { rtol: 1e-5 });
      });
    });

    for (const recurrentActivation of ['hardSigmoid', 'sigmoid'] as const) {
      for (const returnSequences of [false, true]) {
        it(`equals tf.layers.lstm and its gradients (${recurrentActivation}, ${returnSequences ? 'all steps' : 'last step'})`, () => {
          tf.tidy(() => {
            const [x, ...weights] = sample();
            const options = { recurrentActivation, returnSequences };
            const stock = layers.lstm({
              units: UNITS,
              ...options,
              recurrentInitializer: 'glorotNormal',
            });
            stock.apply(x);
            stock.setWeights(weights);
            const variable = tf.variable(x);
            const output = stock.apply(x) as tf.Tensor;
            const dy = tf.randomNormal(output.shape, 0, 1, 'float32', 3);
            const { grads } = tf.variableGrads(() =>
              tf.sum(tf.mul(stock.apply(variable) as tf.Tensor, dy)),
            );
            const expected = [variable, ...stock.trainableWeights.map((w) => w.read())].map(
              (v) => grads[(v as tf.Variable).name],
            );

            const ours = (...args: tf.Tensor[]) =>
              lstmSequence(...(args as ReturnType<typeof sample>), options);
            expectClose(ours(x, ...weights).dataSync(), output.dataSync(), { atol: 1e-5 });
            const actual = tf.grads(ours)([x, ...weights], dy);
            for (const [n, gradient] of actual.entries()) {
              expect(gradient.shape).to.deep.equal(expected[n].shape);
              expectClose(gradient.dataSync(), expected[n].dataSync(), { rtol: 1e-4, atol: 1e-5 });
            }
            stock.dispose();
            variable.dispose();
          });
        });
      }
    }

    for (const gates of [4, 1] as const) {
      for (const [inputs, recurrent] of [
        [true, true],
        [true, false],
        [false, true],
      ]) {
        const which = [inputs && 'inputs', recurrent && 'recurrent inputs'].filter(Boolean);
        it(`masks ${which.join(' and ')} with ${gates === 4 ? 'a mask for each gate' : 'one shared mask'}, as by definition`, () => {
          tf.tidy(() => {
            const options: LSTMSequenceOptions = {
              recurrentActivation: 'hardSigmoid',
              returnSequences: true,
              ...masks(gates, inputs, recurrent),
            };
            const slow = (...args: tf.Tensor[]) => byDefinition(args, options);
            const fast = (...args: tf.Tensor[]) =>
              lstmSequence(...(args as ReturnType<typeof sample>), options);
            const args = sample();
            const expected = slow(...args);
            expectClose(fast(...args).dataSync(), expected.dataSync(), { atol: 1e-5 });
            const dy = tf.randomNormal(expected.shape, 0, 1, 'float32', 3);
            const actual = tf.grads(fast)(args, dy);
            for (const [n, gradient] of tf.grads(slow)(args, dy).entries()) {
              expectClose(actual[n].dataSync(), gradient.dataSync(), { rtol: 1e-4, atol: 1e-5 });
            }
          });
        });
      }
    }

    it('says that its gradient cannot be differentiated again', () => {
      tf.tidy(() => {
        const [x, ...weights] = sample();
        const f = (input: tf.Tensor) =>
          lstmSequence(input as tf.Tensor3D, ...weights, {
            recurrentActivation: 'sigmoid',
            returnSequences: false,
          });
        expect(() => tf.grad(tf.grad(f))(x)).to.throw(
          'The gradient of an LSTM layer cannot itself be differentiated.',
        );
      });
    });

    it('leaves no tensor behind but its output, recorded or not, in a tidy or not', () => {
      const args = sample();
      const options: LSTMSequenceOptions = {
        recurrentActivation: 'hardSigmoid',
        returnSequences: false,
        ...masks(4, true, true),
      };
      const run = () => lstmSequence(...args, options);
      const before = tf.memory().numTensors;
      const output = run();
      expect(tf.memory().numTensors).to.equal(before + 1);
      output.dispose();
      tf.dispose(tf.grads((...inputs) => lstmSequence(...(inputs as typeof args), options))(args));
      tf.tidy(() => {
        run();
      });
      expect(tf.memory().numTensors).to.equal(before);
      tf.dispose([args, options.inputMask!, options.recurrentMask!]);
    });
  });
});
