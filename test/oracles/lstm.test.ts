/** Outputs and gradients of the LSTM layer against PyTorch's and Keras 3's, as `generate_lstm.py` wrote them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { lstm } from '../../src/layers/lstm.js';
import { onEachRecurrence } from '../layers/recurrences.js';
import { expectClose } from '../support/numbers.js';

type Name = 'x' | 'kernel' | 'recurrentKernel' | 'bias' | 'h0' | 'c0';

interface Case {
  options: Partial<Record<'returnSequences' | 'goBackwards' | 'initialState' | 'mask', boolean>>;
  output: number[];
  h: number[];
  c: number[];
  gradients: Partial<Record<Name, number[]>>;
}

interface File {
  versions: Record<string, string>;
  sizes: Record<'batch' | 'time' | 'inputs' | 'units', number>;
  inputs: Record<Name | 'mask' | 'dOutput' | 'dH' | 'dC', number[]>;
  cases: Record<string, Case>;
}

const { versions, sizes, inputs, cases } = JSON.parse(
  readFileSync(join(__dirname, 'lstm.json'), 'utf8'),
) as File;
const { batch, time, units } = sizes;

/** Outputs, h and c, and their weighted sum's gradients by name. */
function figures({ returnSequences = false, goBackwards, initialState, mask }: Case['options']) {
  const layer = lstm({
    units,
    returnSequences,
    goBackwards,
    returnState: true,
    recurrentActivation: 'sigmoid',
    recurrentInitializer: 'zeros',
  });
  const x = tf.variable(tf.tensor3d(inputs.x, [batch, time, sizes.inputs]));
  const [h0, c0] = (['h0', 'c0'] as const).map((name) =>
    tf.variable(tf.tensor2d(inputs[name], [batch, units])),
  );
  layer.apply(x);
  layer.setWeights([
    tf.tensor2d(inputs.kernel, [sizes.inputs, 4 * units]),
    tf.tensor2d(inputs.recurrentKernel, [units, 4 * units]),
    tf.tensor1d(inputs.bias),
  ]);
  const apply = () =>
    layer.apply(x, {
      ...(initialState && { initialState: [h0, c0] }),
      ...(mask && { mask: tf.tensor2d(inputs.mask, [batch, time]) }),
    }) as tf.Tensor[];
  const every = tf.tensor3d(inputs.dOutput, [batch, time, units]);
  const dOutput = returnSequences ? every : tf.squeeze(tf.slice(every, [0, time - 1, 0]), [1]);
  const dStates = [inputs.dH, inputs.dC].map((values) => tf.tensor2d(values, [batch, units]));
  const { grads } = tf.variableGrads(() => {
    const products = apply().map((y, n) => tf.sum(tf.mul(y, [dOutput, ...dStates][n])));
    return tf.addN(products) as tf.Scalar;
  });
  const [kernel, recurrentKernel, bias] = layer.trainableWeights.map((w) => w.read());
  const variables = { x, kernel, recurrentKernel, bias, h0, c0 } as Record<Name, tf.Variable>;
  const [output, h, c] = apply();
  const gradient = (name: Name) => grads[variables[name].name].dataSync();
  layer.dispose();
  tf.dispose([x, h0, c0]);
  return { output, h, c, gradient };
}

describe('The LSTM layer', () => {
  onEachRecurrence(() => {
    for (const [name, { options, gradients, ...expected }] of Object.entries(cases)) {
      it(`computes what others do, with all gradients: ${name}`, () => {
        tf.tidy(() => {
          const { gradient, ...actual } = figures(options);
          for (const key of ['output', 'h', 'c'] as const) {
            expectClose(actual[key].dataSync(), expected[key], { atol: 1e-6 });
          }
          for (const [key, values] of Object.entries(gradients)) {
            expectClose(gradient(key as Name), values, { rtol: 1e-4, atol: 2e-6 });
          }
        });
      });
    }
  });

  it('is compared with figures of the pinned versions', () => {
    const pinned = readFileSync(join(__dirname, 'requirements.txt'), 'utf8').split('\n');
    for (const [name, version] of Object.entries(versions)) {
      // The builds of PyTorch for the CPU add `+cpu`.
      if (name !== 'python') expect(pinned).to.include(`${name}==${version.split('+')[0]}`);
    }
  });
});
