import * as tf from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  loadLayersModel,
  models,
  sequential,
} from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { dropoutMask } from '../../src/layers/dropout-mask.js';
import { LSTM, lstm } from '../../src/layers/lstm.js';
import type { LSTMConfig } from '../../src/layers/lstm-config.js';
import { lstmSequence } from '../../src/layers/lstm-sequence.js';
import { UsageError } from '../../src/runtime/errors.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';

const [BATCH, TIME, INPUTS, UNITS] = [2, 3, 4, 5];
const DROPOUT: LSTMConfig = {
  units: UNITS,
  dropout: 0.4,
  recurrentDropout: 0.4,
  dropoutMasks: 'perGate',
  seed: 7,
};

function inputs(): tf.Tensor3D {
  return tf.randomNormal([BATCH, TIME, INPUTS], 0, 1, 'float32', 1);
}

function model(layer: LSTM): LayersModel {
  return sequential({
    layers: [
      layers.embedding({ inputDim: 10, outputDim: INPUTS, inputLength: TIME }),
      layer,
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
}

const REVIEWS = [
  [1, 2, 3],
  [4, 5, 9],
];

describe('LSTM', () => {
  onEachBackend(() => {
    it('has the weights of tf.layers.lstm, which can be copied either way', () => {
      tf.tidy(() => {
        const x = inputs();
        const ours = lstm({ units: UNITS, returnSequences: true, seed: 1 });
        const stock = layers.lstm({
          units: UNITS,
          returnSequences: true,
          recurrentInitializer: 'glorotNormal',
        });
        const before = stock.apply(x) as tf.Tensor;
        ours.apply(x);
        expect(ours.weights.map((w) => w.name.split('/').at(-1))).to.deep.equal([
          'kernel',
          'recurrent_kernel',
          'bias',
        ]);
        const initial = ours.getWeights().map((w) => w.clone());
        ours.setWeights(stock.getWeights());
        expectClose((ours.apply(x) as tf.Tensor).dataSync(), before.dataSync(), { atol: 1e-6 });
        stock.setWeights(initial);
        ours.setWeights(initial);
        expectClose(
          (ours.apply(x) as tf.Tensor).dataSync(),
          (stock.apply(x) as tf.Tensor).dataSync(),
          { atol: 1e-6 },
        );
        ours.dispose();
        stock.dispose();
      });
    });

    it('starts with Glorot-uniform kernel, orthogonal recurrent kernel and forget bias 1', () => {
      tf.tidy(() => {
        const layer = lstm({ units: UNITS, seed: 1 });
        layer.apply(inputs());
        const [kernel, recurrentKernel, bias] = layer.getWeights();
        // Glorot: uniform on ±sqrt(6 / (4 + 20)) = ±0.5; 80 draws come within a tenth of it.
        expect(tf.max(tf.abs(kernel)).dataSync()[0]).to.be.within(0.45, 0.5);
        const gram = tf.matMul(recurrentKernel, recurrentKernel, false, true);
        expectClose(gram.dataSync(), tf.eye(UNITS).dataSync(), { atol: 1e-6 });
        expect([...bias.dataSync()]).to.deep.equal(
          [0, 1, 0, 0].flatMap((value) => new Array(UNITS).fill(value)),
        );
        layer.dispose();
        const without = lstm({ units: UNITS, unitForgetBias: false });
        without.apply(inputs());
        expect(tf.max(tf.abs(without.getWeights()[2])).dataSync()[0]).to.equal(0);
        without.dispose();
      });
    });

    it('draws its initial weights from the seed', () => {
      tf.tidy(() => {
        const initial = (seed: number) => {
          const layer = lstm({ units: UNITS, seed });
          layer.apply(inputs());
          const weights = layer.getWeights().flatMap(bits);
          layer.dispose();
          return weights;
        };
        expect(initial(1)).to.deep.equal(initial(1));
        expect(initial(2)).not.to.deep.equal(initial(1));
      });
    });

    for (const dropoutMasks of ['perGate', 'shared'] as const) {
      it(`draws ${dropoutMasks} masks from its seed and dropoutStep, the inputs' first`, () => {
        tf.tidy(() => {
          const x = inputs();
          const layer = lstm({ ...DROPOUT, dropoutMasks, recurrentDropout: 0.3 });
          layer.apply(x);
          layer.dropoutStep = 12;
          const random = randomStream(7, 'dropout', 12);
          const gates = dropoutMasks === 'perGate' ? 4 : 1;
          const [kernel, recurrentKernel, bias] = layer.getWeights();
          const expected = lstmSequence(
            x,
            kernel as tf.Tensor2D,
            recurrentKernel as tf.Tensor2D,
            bias as tf.Tensor1D,
            {
              recurrentActivation: 'hardSigmoid',
              returnSequences: false,
              inputMask: dropoutMask([gates, BATCH, INPUTS], 0.4, random),
              recurrentMask: dropoutMask([gates, BATCH, UNITS], 0.3, random),
            },
          );
          const actual = layer.apply(x, { training: true }) as tf.Tensor;
          expect(bits(actual)).to.deep.equal(bits(expected));
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

    it('applies dropout in training only', () => {
      tf.tidy(() => {
        const x = inputs();
        const layer = lstm(DROPOUT);
        const plain = lstm({ units: UNITS, seed: DROPOUT.seed });
        const expected = bits(plain.apply(x) as tf.Tensor);
        expect(bits(layer.apply(x) as tf.Tensor)).to.deep.equal(expected);
        expect(bits(layer.apply(x, { training: false }) as tf.Tensor)).to.deep.equal(expected);
        expect(layer.dropoutStep).to.equal(0);
        expect(bits(layer.apply(x, { training: true }) as tf.Tensor)).not.to.deep.equal(expected);
        layer.dispose();
        plain.dispose();
      });
    });

    it('survives toJSON and modelFromJSON with all its options', async () => {
      const config = { ...DROPOUT, recurrentActivation: 'sigmoid' as const, unitForgetBias: false };
      const original = model(lstm(config));
      const copy = await models.modelFromJSON(JSON.parse(original.toJSON() as string));
      expect(copy.layers[1]).to.be.instanceOf(LSTM);
      expect(copy.layers[1].getConfig()).to.deep.equal(original.layers[1].getConfig());
      expect(copy.layers[1].getConfig()).to.include({
        dropoutMasks: 'perGate',
        recurrentActivation: 'sigmoid',
        seed: 7,
      });
      original.dispose();
      copy.dispose();
    });

    it('survives model.save and loadLayersModel with its weights', async () => {
      const original = model(lstm(DROPOUT));
      let saved: tf.io.ModelArtifacts = {};
      await original.save(
        tf.io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        }),
      );
      const copy = await loadLayersModel(tf.io.fromMemory(saved));
      tf.tidy(() => {
        const predict = (of: LayersModel) => bits(of.predict(tf.tensor2d(REVIEWS)) as tf.Tensor);
        expect(predict(copy)).to.deep.equal(predict(original));
      });
      original.dispose();
      copy.dispose();
    });

    it('trains in a model: the loss falls and no tensor is left behind', async () => {
      const net = model(lstm({ ...DROPOUT, dropout: 0.1, recurrentDropout: 0.1 }));
      net.compile({ optimizer: tf.train.adam(0.05), loss: 'binaryCrossentropy' });
      const x = tf.tensor2d(REVIEWS);
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

  it('refuses masked inputs in one sentence', () => {
    const net = sequential({
      layers: [
        layers.embedding({ inputDim: 10, outputDim: INPUTS, inputLength: TIME, maskZero: true }),
        lstm({ units: UNITS, name: 'reader' }),
      ],
    });
    const message =
      'Layer reader does not support masked time steps: leave out maskZero, or use tf.layers.lstm.';
    const x = tf.tensor2d(REVIEWS);
    expect(() => net.predict(x)).to.throw(UsageError, message);
    x.dispose();
    net.dispose();
  });

  it('refuses inputs that are not [batch, time, inputDim]', () => {
    tf.tidy(() => {
      expect(() => lstm({ units: UNITS }).apply(tf.zeros([2, 3]))).to.throw('expected ndim=3');
    });
  });
});
