import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { BatchNormalization, batchNormalization } from '../../src/layers/batch-normalization.js';
import { onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';

type Config = NonNullable<Parameters<typeof layers.batchNormalization>[0]>;

const CONFIG: Config = {
  name: 'norm',
  momentum: 0.8,
  epsilon: 1e-2,
  gammaInitializer: initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 1 }),
  betaInitializer: initializers.randomUniform({ minval: -1, maxval: 1, seed: 2 }),
  movingMeanInitializer: initializers.randomUniform({ minval: -1, maxval: 1, seed: 3 }),
  betaRegularizer: 'l1l2',
  gammaConstraint: 'nonNeg',
};

const Stock = layers.batchNormalization().constructor;

async function saveAndLoad(layer: layers.Layer) {
  const model = sequential({ layers: [layer] });
  // Other weights than a new layer starts with.
  tf.tidy(() => layer.setWeights([0.5, -1, 3, 4].map((value) => tf.fill([3], value))));
  let saved!: tf.io.ModelArtifacts;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return {} as tf.io.SaveResult;
    }),
  );
  const loaded = await loadLayersModel(tf.io.fromMemory(saved));
  return { model, loaded };
}

describe('BatchNormalization', () => {
  onEachBackend(() => {
    for (const { shape, axis } of [
      { shape: [8, 3], axis: -1 },
      { shape: [2, 4, 4, 3], axis: -1 },
    ]) {
      it(`computes and trains as tf.layers.batchNormalization: [${shape}], axis ${axis}`, () => {
        tf.tidy(() => {
          const ours = batchNormalization({ ...CONFIG, axis });
          const stock = layers.batchNormalization({ ...CONFIG, axis });
          ours.apply(tf.zeros(shape));
          stock.apply(tf.zeros(shape));
          expect(
            ours.weights.map(({ name }) => name.split('/')[1].replace(/_\d+$/, '')),
          ).to.deep.equal(stock.weights.map(({ name }) => name.split('/')[1].replace(/_\d+$/, '')));
          stock.setWeights(ours.getWeights());
          const weights = tf.randomNormal(shape, 0, 1, 'float32', 2);

          for (const seed of [3, 4]) {
            const x = tf.randomNormal(shape, 5, 2, 'float32', seed);
            const train = (layer: layers.Layer) => {
              const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
              const xs = tf.variable(x);
              const { value, grads } = tf.variableGrads(() => {
                const y = layer.apply(xs, { training: true }) as tf.Tensor;
                return tf.sum(tf.mul(weights, tf.square(y))) as tf.Scalar;
              }, [xs, ...variables]);
              const gradients = [xs, ...variables].map(({ name }) => grads[name]);
              xs.dispose();
              return [value, ...gradients, ...layer.getWeights(), layer.apply(x) as tf.Tensor];
            };
            const expected = train(stock);
            train(ours).forEach((tensor, i) => {
              expect(tensor.shape).to.deep.equal(expected[i].shape);
              const atol = i <= 3 ? 1e-3 : 1e-6;
              expectClose(tensor.dataSync(), expected[i].dataSync(), { rtol: 1e-5, atol });
            });
          }
          ours.dispose();
          stock.dispose();
        });
      });
    }

    it('normalizes along another axis as along the last', () => {
      tf.tidy(() => {
        const x = tf.randomNormal([2, 3, 4, 5], 5, 2, 'float32', 3);
        const [first, last] = [1, -1].map((axis) => batchNormalization({ ...CONFIG, axis }));
        const channelsLast = (t: tf.Tensor) => tf.transpose(t, [0, 2, 3, 1]);
        for (const training of [true, false]) {
          const y = first.apply(x, { training }) as tf.Tensor;
          const expected = last.apply(channelsLast(x), { training }) as tf.Tensor;
          expectClose(channelsLast(y).dataSync(), expected.dataSync(), { atol: 1e-5 });
        }
        first.getWeights().forEach((weight, i) => {
          expectClose(weight.dataSync(), last.getWeights()[i].dataSync());
        });
        first.dispose();
        last.dispose();
      });
    });

    it('takes its axis in a list, as TF 2 Keras saves it', () => {
      tf.tidy(() => {
        const x = tf.randomNormal([2, 3, 4, 5], 5, 2, 'float32', 3);
        const outputs = (axis: unknown) => {
          const layer = batchNormalization({ ...CONFIG, axis } as Config);
          expect(layer.getConfig().axis).to.equal(Number(axis));
          const ys = [true, false].map((training) => layer.apply(x, { training }) as tf.Tensor);
          layer.dispose();
          return ys.map(bits);
        };
        expect(outputs([3])).to.deep.equal(outputs(3));
        expect(outputs([-1])).to.deep.equal(outputs(-1));
        expect(outputs([1])).to.deep.equal(outputs(1));
      });
    });

    it('refuses several axes', () => {
      expect(() => batchNormalization({ axis: [1, 2] } as unknown as Config)).to.throw(
        RangeError,
        'axis of a batch normalization must be one axis, but is [1,2].',
      );
    });

    it('trains without scale, without center, and without both', () => {
      tf.tidy(() => {
        for (const [scale, center] of [
          [false, true],
          [true, false],
          [false, false],
        ]) {
          const layer = batchNormalization({ scale, center, epsilon: 1e-6 });
          // Mean 2, deviation 1.
          const y = layer.apply(tf.tensor2d([[1], [3]]), { training: true }) as tf.Tensor;
          expectClose(y.dataSync(), [-1, 1], { rtol: 1e-4 });
          expect(layer.trainableWeights).to.have.length(Number(scale) + Number(center));
          layer.dispose();
        }
      });
    });

    it('moves its statistics by 1 − momentum, the variance being the biased one', () => {
      tf.tidy(() => {
        const layer = batchNormalization({ momentum: 0.75 });
        layer.apply(tf.tensor2d([[0], [0], [6]]), { training: true });
        // Mean 2: 0 + 0.25 · 2. Variance 8: 1 + 0.25 · (8 − 1).
        const [, , mean, variance] = layer.getWeights();
        expectClose(mean.dataSync(), [0.5]);
        expectClose(variance.dataSync(), [2.75]);
        layer.dispose();
      });
    });

    it('leaves its statistics alone and normalizes by them outside training', () => {
      tf.tidy(() => {
        const layer = batchNormalization({ epsilon: 1e-6 });
        layer.apply(tf.zeros([2, 1]));
        layer.setWeights([2, 1, 3, 4].map((value) => tf.tensor1d([value])));
        // 2 (x − 3) / √4 + 1.
        const y = layer.apply(tf.tensor2d([[3], [5]])) as tf.Tensor;
        expectClose(y.dataSync(), [1, 3]);
        expectClose(layer.getWeights()[3].dataSync(), [4]);
        layer.dispose();
      });
    });

    it('leaves no tensors behind in training', () => {
      const layer = batchNormalization();
      const x = tf.randomNormal([4, 3]);
      const step = () => tf.dispose(layer.apply(x, { training: true }) as tf.Tensor);
      step();
      const before = tf.memory().numTensors;
      step();
      expect(tf.memory().numTensors).to.equal(before);
      layer.dispose();
      x.dispose();
    });

    it('is saved as tf.layers saves its own, and loads as that', async () => {
      const config = { ...CONFIG, inputShape: [4, 4, 3] };
      const ours = batchNormalization(config);
      expect(ours.getConfig()).to.deep.equal(layers.batchNormalization(config).getConfig());
      const { model, loaded } = await saveAndLoad(ours);
      expect(loaded.layers[0].constructor).to.equal(Stock);
      tf.tidy(() => {
        const x = tf.randomNormal([2, 4, 4, 3]);
        expectClose(
          (loaded.apply(x) as tf.Tensor).dataSync(),
          (model.apply(x) as tf.Tensor).dataSync(),
        );
      });
      model.dispose();
      loaded.dispose();
    });

    it('is what models load that were saved with tf.layers, once it is registered', async () => {
      tf.serialization.registerClass(BatchNormalization);
      try {
        const { model, loaded } = await saveAndLoad(
          layers.batchNormalization({ ...CONFIG, inputShape: [4, 4, 3] }),
        );
        expect(loaded.layers[0]).to.be.instanceOf(BatchNormalization);
        expect(loaded.layers[0].getConfig()).to.deep.equal(model.layers[0].getConfig());
        tf.tidy(() => {
          loaded.getWeights().forEach((weight, i) => {
            expectClose(weight.dataSync(), model.getWeights()[i].dataSync());
          });
        });
        model.dispose();
        loaded.dispose();
      } finally {
        tf.serialization.registerClass(
          Stock as tf.serialization.SerializableConstructor<layers.Layer>,
        );
      }
    });
  });
});
