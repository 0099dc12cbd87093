import * as tf from '@tensorflow/tfjs-core';
import {
  initializers,
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

const bidirectional = (layer: Layer) => layers.bidirectional({ layer, mergeMode: 'concat' });

const forwardLayerOf = (layer: object) => (layer as { forwardLayer: object }).forwardLayer;

/** What is warned of while it runs. */
async function warnings(run: () => Promise<void> | void): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (text: string) => said.push(text);
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return said;
}

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
        const { dropoutMasks, ...config } = layer.getConfig();
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
      it(`is rebuilt from its config with the same initial weights and masks, by ${what}`, () =>
        registered(() => {
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
        }));
    }

    it('has the seeds in its config that were given, and none that it has drawn or derived', () =>
      registered(() => {
        const seedsOf = (options: Partial<LSTMConfig>) => {
          const config = lstm({ units: 5, ...options }).getConfig();
          const [kernel, recurrent] = ['kernelInitializer', 'recurrentInitializer'].map(
            (key) => (config[key] as { config: { seed: number | null } }).config.seed,
          );
          return { kernel, recurrent, own: config.seed };
        };
        expect(seedsOf({})).to.deep.equal({ kernel: null, recurrent: null, own: undefined });
        expect(seedsOf({ seed: 7 })).to.deep.equal({ kernel: null, recurrent: null, own: 7 });
        const recurrentInitializer = { className: 'Orthogonal', config: { seed: 3 } };
        const given = { kernelInitializer: initializers.glorotNormal({ seed: 4 }) };
        expect(seedsOf({ ...given, recurrentInitializer } as object)).to.deep.equal({
          kernel: 4,
          recurrent: 3,
          own: undefined,
        });
      }));

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
        const named = { kernelInitializer: 'glorotNormal', recurrentInitializer: 'orthogonal' };
        expect(initial({ ...named, seed: 1 } as LSTMConfig)).to.deep.equal(initial({ seed: 1 }));
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
            const layer = bidirectional(
              layers.lstm({ units: 3, returnSequences: true, recurrentInitializer: 'zeros' }),
            );
            expect(forwardLayerOf(layer).constructor).to.equal(Class);
            layer.apply(x);
            layer.setWeights(layer.getWeights().map((w, i) => normal(w.shape, i)));
            const y = layer.apply(x) as tf.Tensor;
            layer.dispose();
            return y;
          });
          expectClose(ours.dataSync(), stock.dataSync(), { atol: 1e-6 });
        });
      }));

    for (const [what, config] of [
      ['without a seed', {}],
      ['with one', { seed: 7 }],
    ] as [string, Partial<LSTMConfig>][]) {
      it(`has weights and masks of its own in each direction of tf.layers.bidirectional, ${what}`, () =>
        registered(() => {
          tf.tidy(() => {
            const layer = bidirectional(lstm({ ...OURS, seed: undefined, ...config }));
            // The same in both directions; equal masks by chance have a probability below 10⁻³⁰.
            const x = tf.tile(tf.tensor3d([[[1], [2], [1]]]), [16, 1, 4]);
            layer.apply(x);
            const weights = layer.getWeights();
            const [forwards, backwards] = [weights.slice(0, 3), weights.slice(3)];
            expect(bits(forwards[0])).not.to.deep.equal(bits(backwards[0]));
            expect(bits(forwards[1])).not.to.deep.equal(bits(backwards[1]));
            layer.setWeights([...forwards, ...forwards]);
            const outputs = (training: boolean) => {
              const y = layer.apply(x, { training }) as tf.Tensor;
              return tf.split(y, 2, 1).map(bits);
            };
            const [evaluated, again] = outputs(false);
            expect(again).to.deep.equal(evaluated);
            const [trained, other] = outputs(true);
            expect(other).not.to.deep.equal(trained);
            layer.dispose();
          });
        }));
    }

    it('draws both directions of tf.layers.bidirectional from its seed', () =>
      registered(() => {
        tf.tidy(() => {
          const x = normal([2, 4, 2], 1);
          const [a, b] = [1, 2].map(() => {
            const layer = bidirectional(lstm(OURS));
            const y = bits(layer.apply(x, { training: true }) as tf.Tensor);
            layer.dispose();
            return y;
          });
          expect(b).to.deep.equal(a);
        });
      }));

    it('says once that tf.layers.bidirectional makes layers of tf.layers of it until it is registered', async () => {
      const said = await warnings(() => {
        const layer = lstm({ ...OURS, name: 'words' });
        for (const _ of [1, 2]) {
          expect(forwardLayerOf(bidirectional(layer)).constructor).to.equal(Stock);
        }
      });
      expect(said).to.deep.equal([
        'What is made of the configuration of "words", as tf.layers.bidirectional makes its two layers, is an LSTM of tf.layers, without dropoutMasks and seed: call tf.serialization.registerClass(LSTM) first.',
      ]);
      const nothing = await warnings(async () => {
        const original = model(lstm(OURS));
        (await saveAndLoad(original)).dispose();
        original.dispose();
        await registered(() => {
          expect(forwardLayerOf(bidirectional(lstm(OURS))).constructor).to.equal(LSTM);
        });
      });
      expect(nothing).to.deep.equal([]);
    });
  });
});
