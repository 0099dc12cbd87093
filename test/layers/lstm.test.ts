import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { lstm } from '../../src/layers/lstm.js';
import type { LSTMConfig } from '../../src/layers/lstm-config.js';
import { bits, expectClose } from '../support/numbers.js';
import { normal, onEachRecurrence, sample, weightedSum } from './recurrences.js';

const SIZES = { batch: 5, time: 4, inputs: 2, units: 3 };

type Layer = ReturnType<typeof layers.lstm>;

interface Given {
  mask?: boolean;
  initialState?: boolean;
}

/** A gap in the middle, an end left out, everything seen, nothing seen, a beginning left out. */
const MASK = [
  [1, 0, 1, 1],
  [1, 1, 0, 0],
  [1, 1, 1, 1],
  [0, 0, 0, 0],
  [0, 0, 1, 0],
];

const CASES: [string, Partial<LSTMConfig>, Given][] = [
  ['the last step', {}, {}],
  ['all steps', { returnSequences: true }, {}],
  ['the last step, masked', {}, { mask: true }],
  ['all steps, masked', { returnSequences: true }, { mask: true }],
  ['the last step with states', { returnState: true }, {}],
  ['all steps with states, masked', { returnSequences: true, returnState: true }, { mask: true }],
  ['the last step, backwards', { goBackwards: true }, {}],
  ['all steps, backwards, masked', { returnSequences: true, goBackwards: true }, { mask: true }],
  ['the last step from given states', {}, { initialState: true }],
  [
    'all steps with states, from given states, masked',
    { returnSequences: true, returnState: true },
    { initialState: true, mask: true },
  ],
  ['the last step without biases', { useBias: false }, {}],
];

/** The layers with tf.layers' own, of the same weights. Its orthogonal initializer takes long. */
function pair(config: Partial<LSTMConfig>): [ours: Layer, stock: Layer] {
  const options = { units: SIZES.units, recurrentInitializer: 'zeros' as const, ...config };
  const made = [lstm({ ...options }), layers.lstm({ ...options })] as [Layer, Layer];
  const { x, kernel, recurrentKernel, bias } = sample(SIZES);
  for (const layer of made) {
    layer.apply(x);
    layer.setWeights([kernel, recurrentKernel, bias].slice(0, layer.weights.length));
  }
  return made;
}

/** Outputs, and the gradients of their weighted sum in inputs, given states and weights. */
function figures(layer: Layer, { mask = false, initialState = false }: Given): tf.Tensor[] {
  const { x, states } = sample(SIZES);
  const inputs = [x, ...(initialState ? states : [])].map((t) => tf.variable(t));
  const apply = () =>
    [
      layer.apply(inputs[0], {
        ...(mask && { mask: tf.tensor2d(MASK) }),
        ...(initialState && { initialState: inputs.slice(1) }),
      }),
    ].flat() as tf.Tensor[];
  const outputs = apply();
  const { grads } = tf.variableGrads(() => weightedSum(apply()));
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const gradients = [...inputs, ...weights].map(({ name }) => grads[name]);
  inputs.forEach((input) => {
    input.dispose();
  });
  return [...outputs, ...gradients];
}

function expectEqual(actual: tf.Tensor[], expected: tf.Tensor[]): void {
  expect(actual.map(({ shape }) => shape)).to.deep.equal(expected.map(({ shape }) => shape));
  for (const [n, tensor] of actual.entries()) {
    expectClose(tensor.dataSync(), expected[n].dataSync(), { rtol: 1e-4, atol: 2e-5 });
  }
}

const REVIEWS = [
  [1, 2, 3, 0],
  [4, 5, 9, 0],
  [0, 0, 0, 0],
  [7, 0, 8, 9],
];

/** Two LSTM layers over an embedding whose word 0 is masked. */
function stacked(make: (config: LSTMConfig) => Layer): LayersModel {
  const options = { units: 3, recurrentInitializer: 'glorotNormal' as const };
  const net = sequential({
    layers: [
      layers.embedding({ inputDim: 10, outputDim: 2, inputLength: 4, maskZero: true }),
      make({ ...options, returnSequences: true }),
      make({ ...options, recurrentActivation: 'sigmoid' }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
  tf.tidy(() => net.setWeights(net.getWeights().map((w, n) => normal(w.shape, n, 0.7))));
  net.compile({ optimizer: tf.train.adam(0.05), loss: 'binaryCrossentropy' });
  return net;
}

describe('LSTM', () => {
  onEachRecurrence(() => {
    for (const recurrentActivation of ['hardSigmoid', 'sigmoid'] as const) {
      for (const [what, config, given] of CASES) {
        it(`equals tf.layers.lstm and its gradients: ${what} (${recurrentActivation})`, () => {
          tf.tidy(() => {
            const [ours, stock] = pair({ recurrentActivation, ...config });
            expectEqual(figures(ours, given), figures(stock, given));
            ours.dispose();
            stock.dispose();
          });
        });
      }
    }

    it('carries states from batch to batch as tf.layers.lstm, until they are reset', () => {
      tf.tidy(() => {
        const both = pair({ stateful: true, returnSequences: true });
        const [ours, stock] = both.map((layer) => {
          layer.resetStates();
          const first = layer.apply(sample(SIZES, 1).x) as tf.Tensor;
          const after = layer.states.map((state) => state.clone());
          const second = figures(layer, { mask: true });
          layer.resetStates();
          const again = layer.apply(sample(SIZES, 1).x) as tf.Tensor;
          return { first, again, all: [first, ...after, ...second, ...layer.states, again] };
        });
        expectEqual(ours.all, stock.all);
        expect(bits(ours.again)).to.deep.equal(bits(ours.first));
        for (const layer of both) layer.dispose();
      });
    });

    it('keeps no tensors of a stateful layer once its states are reset, in training or not', () => {
      const layer = lstm({ units: 3, stateful: true, dropout: 0.5, seed: 1 });
      const x = normal([5, 4, 2], 1);
      const step = (training: boolean) => tf.tidy(() => void layer.apply(x, { training }));
      step(true);
      layer.resetStates();
      const before = tf.memory().numTensors;
      for (const training of [true, true, false, false]) step(training);
      layer.resetStates();
      expect(tf.memory().numTensors).to.equal(before);
      layer.dispose();
      tf.dispose([x, layer.states]);
    });

    it('trains in stacked layers over masked words to the weights of tf.layers.lstm, and leaves no tensor behind', async () => {
      const [ours, stock] = [stacked(lstm), stacked((config) => layers.lstm(config))];
      const x = tf.tensor2d(REVIEWS);
      const y = tf.tensor2d([[0], [1], [1], [0]]);
      const losses: number[] = [];
      for (let step = 0; step < 5; step++) {
        const loss = (await ours.trainOnBatch(x, y)) as number;
        expect(loss).to.be.closeTo((await stock.trainOnBatch(x, y)) as number, 1e-4);
        losses.push(loss);
      }
      expect(losses[4]).to.be.below(losses[0]);
      // Adam's first steps go by a gradient's sign alone, be it ever so small: rounding shows.
      ours.getWeights().forEach((weight, n) => {
        expectClose(weight.dataSync(), stock.getWeights()[n].dataSync(), { atol: 2e-3 });
      });
      const before = tf.memory().numTensors;
      await ours.trainOnBatch(x, y);
      tf.dispose(ours.predict(x));
      expect(tf.memory().numTensors).to.equal(before);
      ours.dispose();
      stock.dispose();
      tf.dispose([x, y]);
    });

    it('takes a single step, for which tf.layers.lstm has no gradient', () => {
      tf.tidy(() => {
        const [ours, stock] = pair({});
        const x = normal([5, 1, 2], 7);
        const [y, expected] = [ours, stock].map((layer) => layer.apply(x) as tf.Tensor);
        expectClose(y.dataSync(), expected.dataSync(), { atol: 1e-6 });
        const dx = tf.grad((x) => ours.apply(x) as tf.Tensor)(x);
        expect(tf.max(tf.abs(dx)).dataSync()[0]).to.be.above(0);
        ours.dispose();
        stock.dispose();
      });
    });
  });

  describe('on cpu', () => {
    before(() => tf.setBackend('cpu'));

    for (const other of [
      { activation: 'relu' },
      { recurrentActivation: 'tanh' },
      { activation: 'sigmoid', recurrentActivation: 'sigmoid' },
    ] as const) {
      it(`leaves other activations to tf.layers: ${JSON.stringify(other)}`, () => {
        tf.tidy(() => {
          const [ours, stock] = pair({ ...other, returnState: true });
          const given = { mask: true, initialState: true };
          const [actual, expected] = [ours, stock].map((layer) => figures(layer, given));
          actual.forEach((tensor, n) => {
            expect(bits(tensor)).to.deep.equal(bits(expected[n]));
          });
          ours.dispose();
          stock.dispose();
        });
      });
    }

    it('gives h and c to the next layer: an encoder and a decoder', () => {
      tf.tidy(() => {
        const encoded = (given: SymbolicTensor) =>
          lstm({ units: 3, returnState: true, seed: 1 }).apply(given) as SymbolicTensor[];
        const [x, y] = [normal([5, 4, 2], 1), normal([5, 3, 2], 2)];
        const inputs = [input({ shape: [4, 2] }), input({ shape: [3, 2] })];
        const decoder = lstm({ units: 3, returnSequences: true, seed: 2 });
        const [, h, c] = encoded(inputs[0]);
        const outputs = decoder.apply(inputs[1], { initialState: [h, c] });
        const net = model({ inputs, outputs: outputs as SymbolicTensor });
        const encoder = net.layers.find((layer) => layer !== decoder && layer.weights.length > 0)!;
        const states = (encoder.apply(x) as tf.Tensor[]).slice(1);
        const expected = decoder.apply(y, { initialState: states }) as tf.Tensor;
        expect(bits(net.predict([x, y]) as tf.Tensor)).to.deep.equal(bits(expected));
        net.dispose();
      });
    });

    it('says so when it is given one state instead of two', () => {
      tf.tidy(() => {
        const layer = lstm({ units: 3 });
        const { x, states } = sample(SIZES);
        layer.apply(x);
        const apply = () => layer.apply(x, { initialState: [states[0]] });
        expect(apply).to.throw(
          RangeError,
          'An LSTM layer has 2 states, h and c, but initialState holds 1.',
        );
        layer.dispose();
      });
    });

    it('refuses inputs that are not [batch, time, inputDim]', () => {
      tf.tidy(() => {
        expect(() => lstm({ units: 3 }).apply(tf.zeros([2, 3]))).to.throw('expected ndim=3');
      });
    });
  });
});
