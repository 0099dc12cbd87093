import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { dropoutMask } from '../../src/layers/dropout-mask.js';
import { lstm } from '../../src/layers/lstm.js';
import type { LSTMConfig } from '../../src/layers/lstm-config.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { bits, expectClose } from '../support/numbers.js';
import { byDefinition, normal, onEachRecurrence } from './recurrences.js';

const [BATCH, TIME, INPUTS, UNITS] = [2, 3, 4, 5];
const DROPOUT: LSTMConfig = {
  units: UNITS,
  dropout: 0.4,
  recurrentDropout: 0.3,
  dropoutMasks: 'perGate',
  seed: 7,
};

const inputs = () => normal([BATCH, TIME, INPUTS], 1) as tf.Tensor3D;

describe('Dropout of an LSTM', () => {
  onEachRecurrence(() => {
    for (const [dropoutMasks, dropout, recurrentDropout] of [
      ['perGate', 0.4, 0.3],
      ['shared', 0.4, 0.3],
      ['perGate', 0, 0.3],
      ['shared', 0.4, 0],
    ] as const) {
      it(`draws ${dropoutMasks} masks from seed and dropoutStep, the inputs' first: ${dropout}, ${recurrentDropout}`, () => {
        tf.tidy(() => {
          const x = inputs();
          const layer = lstm({ ...DROPOUT, dropoutMasks, dropout, recurrentDropout });
          layer.apply(x);
          layer.dropoutStep = 12;
          const random = randomStream(7, 'dropout', 12);
          const gates = dropoutMasks === 'perGate' ? 4 : 1;
          const draw = (rate: number, size: number) =>
            rate > 0 ? dropoutMask([gates, BATCH, size], rate, random) : undefined;
          const [kernel, recurrentKernel, bias] = layer.getWeights() as [
            tf.Tensor2D,
            tf.Tensor2D,
            tf.Tensor1D,
          ];
          const states = [0, 1].map(() => tf.zeros([BATCH, UNITS])) as [tf.Tensor2D, tf.Tensor2D];
          const expected = byDefinition(
            { x, kernel, recurrentKernel, bias, states },
            {
              recurrentActivation: 'hardSigmoid',
              returnSequences: false,
              inputMask: draw(dropout, INPUTS),
              recurrentMask: draw(recurrentDropout, UNITS),
            },
          );
          const actual = layer.apply(x, { training: true }) as tf.Tensor;
          expectClose(actual.dataSync(), expected.output.dataSync(), { rtol: 1e-4, atol: 1e-6 });
          expect(layer.dropoutStep).to.equal(13);
          layer.dispose();
        });
      });
    }

    it('draws other masks at every step, and the same ones when set back to a step', () => {
      tf.tidy(() => {
        const x = inputs();
        const layer = lstm(DROPOUT);
        const train = () => bits(layer.apply(x, { training: true }) as tf.Tensor);
        const [first, second] = [train(), train()];
        expect(second).not.to.deep.equal(first);
        layer.dropoutStep = 0;
        expect([train(), train()]).to.deep.equal([first, second]);
        layer.dispose();
      });
    });

    it('is applied in training only', () => {
      tf.tidy(() => {
        const x = inputs();
        const layer = lstm(DROPOUT);
        const without = lstm({ units: UNITS, seed: DROPOUT.seed });
        const expected = bits(without.apply(x) as tf.Tensor);
        expect(bits(layer.apply(x) as tf.Tensor)).to.deep.equal(expected);
        expect(bits(layer.apply(x, { training: false }) as tf.Tensor)).to.deep.equal(expected);
        expect(layer.dropoutStep).to.equal(0);
        expect(bits(layer.apply(x, { training: true }) as tf.Tensor)).not.to.deep.equal(expected);
        layer.dispose();
        without.dispose();
      });
    });

    it('leaves no tensor behind in a model, whose loss falls', async () => {
      const net = sequential({
        layers: [
          layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 3, maskZero: true }),
          lstm({ ...DROPOUT, dropout: 0.1, recurrentDropout: 0.1 }),
          layers.dense({ units: 1, activation: 'sigmoid' }),
        ],
      });
      net.compile({ optimizer: tf.train.adam(0.05), loss: 'binaryCrossentropy' });
      const x = tf.tensor2d([
        [1, 2, 0],
        [4, 5, 9],
      ]);
      const y = tf.tensor2d([[0], [1]]);
      const step = async () => (await net.trainOnBatch(x, y)) as number;
      const first = await step();
      const tensors = tf.memory().numTensors;
      let last = first;
      for (let i = 0; i < 30; i++) {
        last = await step();
      }
      expect(last).to.be.below(first / 2);
      tf.dispose(net.predict(x));
      expect(tf.memory().numTensors).to.equal(tensors);
      net.dispose();
      tf.dispose([x, y]);
    });
  });
});
