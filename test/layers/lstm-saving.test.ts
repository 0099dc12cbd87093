import * as tf from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  loadLayersModel,
  models,
  sequential,
} from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { LSTM, lstm } from '../../src/layers/lstm.js';
import type { LSTMConfig } from '../../src/layers/lstm-config.js';
import { bits, expectClose } from '../support/numbers.js';
import { normal, onEachRecurrence } from './recurrences.js';

type Layer = ReturnType<typeof layers.lstm>;

const OURS: LSTMConfig = {
  units: 5,
  dropout: 0.4,
  recurrentDropout: 0.3,
  dropoutMasks: 'perGate',
  recurrentActivation: 'sigmoid',
  seed: 7,
};

const Stock = layers.lstm({ units: 1 })
  .constructor as tf.serialization.SerializableConstructor<Layer>;

/** While it runs, models load with this class in place of tf.layers'. */
async function registered(run: () => Promise<void> | void): Promise<void> {
  tf.serialization.registerClass(LSTM);
  try {
    await run();
  } finally {
    tf.serialization.registerClass(Stock);
  }
}

function model(layer: Layer): LayersModel {
  return sequential({
    layers: [
      layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 3, maskZero: true }),
      layer,
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  });
}

async function saveAndLoad(original: LayersModel): Promise<LayersModel> {
  let saved!: tf.io.ModelArtifacts;
  await original.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return {} as tf.io.SaveResult;
    }),
  );
  return loadLayersModel(tf.io.fromMemory(saved));
}

const predict = (net: LayersModel) =>
  (
    net.predict(
      tf.tensor2d([
        [1, 2, 0],
        [4, 5, 9],
      ]),
    ) as tf.Tensor
  ).dataSync();

describe('A saved LSTM', () => {
  onEachRecurrence(() => {
    it('loads as the layer of tf.layers where ours is not registered', async () => {
      const original = model(lstm(OURS));
      const loaded = await saveAndLoad(original);
      expect(loaded.layers[1]).not.to.be.instanceOf(LSTM);
      expect(loaded.layers[1].constructor).to.equal(Stock);
      tf.tidy(() => expectClose(predict(loaded), predict(original), { atol: 1e-6 }));
      original.dispose();
      loaded.dispose();
    });

    it('loads as ours, from tf.layers, once ours is registered', () =>
      registered(async () => {
        const original = model(
          layers.lstm({
            units: 5,
            recurrentInitializer: 'glorotUniform',
            dropout: 0.25,
            unitForgetBias: true,
            implementation: 2,
          }),
        );
        const loaded = await saveAndLoad(original);
        const [, layer] = loaded.layers as LSTM[];
        expect(layer).to.be.instanceOf(LSTM);
        const { seed, dropoutMasks, ...config } = layer.getConfig();
        expect(config).to.deep.equal(original.layers[1].getConfig());
        expect(dropoutMasks).to.equal('shared');
        tf.tidy(() => expectClose(predict(loaded), predict(original), { atol: 1e-6 }));
        original.dispose();
        loaded.dispose();
      }));
  });

  describe('on cpu', () => {
    before(() => tf.setBackend('cpu'));

    it('keeps all its options, through JSON too', () =>
      registered(async () => {
        const original = model(
          lstm({ ...OURS, unitForgetBias: true, goBackwards: true, implementation: 2 }),
        );
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
      }));

    for (const [what, config] of [
      ['the seed', {}],
      [
        'seeded initializers',
        { recurrentInitializer: { className: 'Orthogonal', config: { seed: 3 } } },
      ],
    ] as [string, Partial<LSTMConfig>][]) {
      it(`is rebuilt from its config with the same initial weights and masks, by ${what}`, () => {
        tf.tidy(() => {
          const x = normal([2, 3, 4], 1);
          const first = lstm({ ...OURS, ...config });
          const second = new LSTM(JSON.parse(JSON.stringify(first.getConfig())));
          const [a, b] = [first, second].map((layer) => [
            bits(layer.apply(x, { training: true }) as tf.Tensor),
            ...layer.getWeights().map(bits),
          ]);
          expect(b).to.deep.equal(a);
          first.dispose();
          second.dispose();
        });
      });
    }

    it('starts as Keras: Glorot kernel, orthogonal recurrent kernel, forget bias 1 if asked for', () => {
      tf.tidy(() => {
        const layer = lstm({ units: 5, unitForgetBias: true, seed: 1 });
        layer.apply(normal([2, 3, 4], 1));
        const [kernel, recurrentKernel, bias] = layer.getWeights();
        // Glorot's normal, cut off at 2 deviations of sqrt(2 / (4 + 20)) = 0.289.
        expect(tf.max(tf.abs(kernel)).dataSync()[0]).to.be.within(0.4, 0.578);
        const gram = tf.matMul(recurrentKernel, recurrentKernel, false, true);
        expectClose(gram.dataSync(), tf.eye(5).dataSync(), { atol: 1e-6 });
        expect([...bias.dataSync()]).to.deep.equal(
          [0, 1, 0, 0].flatMap((value) => new Array(5).fill(value)),
        );
        layer.dispose();
      });
    });

    it('draws its initial weights from the seed, but leaves initializers alone that are given', () => {
      tf.tidy(() => {
        const initial = (config: Partial<LSTMConfig>) => {
          const layer = lstm({ units: 5, ...config });
          layer.apply(normal([2, 3, 4], 1));
          const weights = layer.getWeights().map(bits);
          layer.dispose();
          return weights;
        };
        const [kernel, recurrentKernel] = initial({ seed: 1 });
        expect(initial({ seed: 1 })).to.deep.equal(initial({ seed: 1 }));
        const [otherKernel, otherRecurrentKernel] = initial({ seed: 2 });
        expect(otherKernel).not.to.deep.equal(kernel);
        expect(otherRecurrentKernel).not.to.deep.equal(recurrentKernel);
        const given = initial({ kernelInitializer: 'ones', recurrentInitializer: 'zeros' });
        expect(given.slice(0, 2)).to.deep.equal([bits(tf.ones([4, 20])), bits(tf.zeros([5, 20]))]);
      });
    });

    it('is what tf.layers.bidirectional makes of it once it is registered, with the same numbers', () =>
      registered(() => {
        tf.tidy(() => {
          const x = normal([2, 4, 2], 1);
          // The wrapper makes its two layers anew, from the config and by the name of the class.
          const [ours, stock] = [LSTM, Stock].map((Class) => {
            tf.serialization.registerClass(Class as typeof Stock);
            const layer = layers.bidirectional({
              layer: layers.lstm({
                units: 3,
                returnSequences: true,
                recurrentInitializer: 'zeros',
              }),
              mergeMode: 'concat',
            });
            const { forwardLayer } = layer as unknown as { forwardLayer: object };
            expect(forwardLayer.constructor).to.equal(Class);
            layer.apply(x);
            layer.setWeights(layer.getWeights().map((w, i) => normal(w.shape, i)));
            const y = layer.apply(x) as tf.Tensor;
            layer.dispose();
            return y;
          });
          expectClose(ours.dataSync(), stock.dataSync(), { atol: 1e-6 });
        });
      }));
  });
});
