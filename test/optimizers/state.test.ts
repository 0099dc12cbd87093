import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, variable } from '../support/optimizers.js';

type Wrap = (inner: tf.Optimizer, table: string) => tf.Optimizer;

const COMPOSITIONS: Record<string, Wrap> = {
  Lookahead: (inner) => new Lookahead(inner, { k: 3 }),
  'Lookahead with pullback': (inner) => new Lookahead(inner, { k: 3, momentum: 'pullback' }),
  'Lookahead with reset': (inner) => new Lookahead(inner, { k: 3, momentum: 'reset' }),
  LazyOptimizer: (inner, table) => new LazyOptimizer(inner, { embeddingLayers: [table] }),
  'LazyOptimizer with frozen moments': (inner, table) =>
    new LazyOptimizer(inner, { embeddingLayers: [table], moments: 'freeze' }),
  'Lookahead around LazyOptimizer': (inner, table) =>
    new Lookahead(new LazyOptimizer(inner, { embeddingLayers: [table] }), { k: 3 }),
};

/** A small text model whose layer names end in a number and contain underscores, as tf.js's do. */
function textModel(): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.embedding({
        inputDim: 7,
        outputDim: 3,
        inputLength: 4,
        name: 'word_table_1',
        embeddingsInitializer: tfl.initializers.randomUniform({ minval: -1, maxval: 1, seed: 1 }),
      }),
      tfl.layers.globalAveragePooling1d({}),
      tfl.layers.dense({
        units: 1,
        activation: 'sigmoid',
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }),
      }),
    ],
  });
}

const train = (model: tfl.LayersModel) => {
  const x = tf.tensor2d([
    [1, 2, 1, 2],
    [3, 3, 4, 1],
    [5, 2, 2, 2],
    [6, 6, 6, 6],
  ]);
  const y = tf.tensor2d([[0], [1], [0], [1]]);
  return model
    .fit(x, y, { epochs: 1, batchSize: 1, shuffle: false, verbose: 0 })
    .finally(() => tf.dispose([x, y]));
};

async function saveAndLoad(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify(artifacts));
      saved!.weightData = artifacts.weightData;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: true },
  );
  return tfl.loadLayersModel(tf.io.fromMemory(saved!));
}

describe('the state of a wrapped optimizer', () => {
  onEachBackend(() => {
    for (const [composition, wrap] of Object.entries(COMPOSITIONS)) {
      it(`resumes bit for bit after model.save and loading: ${composition}`, async () => {
        for (const [name, make] of Object.entries(OPTIMIZERS)) {
          const [through, stopped] = [textModel(), textModel()];
          for (const model of [through, stopped]) {
            const optimizer = wrap(make(), 'word_table_1');
            model.compile({ optimizer, loss: 'binaryCrossentropy' });
            await train(model);
          }
          const resumed = await saveAndLoad(stopped);
          for (const model of [through, resumed]) {
            await train(model);
          }
          const weights = (model: tfl.LayersModel) => model.getWeights().map(bits);
          expect(weights(resumed), name).to.deep.equal(weights(through));
          for (const model of [through, stopped, resumed]) {
            model.optimizer.dispose();
            model.dispose();
          }
        }
      });
    }

    it('is not changed by being read, and reading leaks nothing after the first time', async () => {
      const optimizer = new Lookahead(tf.train.adam(0.1), { k: 2 });
      const x = variable([1, 2]);
      step(optimizer, [x], [[1, 1]]);
      const read = async () =>
        (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, bits: bits(tensor) }));
      const first = await read();
      const tensors = tf.memory().numTensors;
      expect(await read()).to.deep.equal(first);
      expect(tf.memory().numTensors).to.equal(tensors);
      x.dispose();
      optimizer.dispose();
    });

    it('can be put back into the same optimizer, and into another, without a leak', async () => {
      const before = tf.memory().numTensors;
      const x = variable([1, 2]);
      const make = () => new Lookahead(tf.train.adam(0.1), { momentum: 'pullback', k: 2 });
      const [source, target] = [make(), make()];
      step(source, [x], [[1, 1]]);
      step(source, [x], [[1, -1]]);
      const saved = await source.getWeights();
      const read = (weights: typeof saved) => weights.map(({ tensor }) => bits(tensor));
      const values = read(saved);
      step(target, [x], [[3, 3]]);
      for (const optimizer of [source, target]) {
        await optimizer.setWeights(await source.getWeights());
        expect(read(await optimizer.getWeights())).to.deep.equal(values);
      }
      expect(() => source.withSlowWeights(() => source.resetState())).to.throw();
      target.dispose();
      source.dispose();
      x.dispose();
      expect(tf.memory().numTensors).to.equal(before);
    });

    it('evaluates a loaded model on the slow weights before any step', async () => {
      const model = textModel();
      const optimizer = new Lookahead(tf.train.sgd(1), { k: 100 });
      model.compile({ optimizer, loss: 'binaryCrossentropy' });
      const start = model.getWeights().map(bits);
      await train(model);
      const loaded = await saveAndLoad(model);
      const resumed = loaded.optimizer as unknown as Lookahead;
      expect(() => resumed.withSlowWeights(() => 0)).to.throw('does not know its model yet');
      const undo = resumed.evaluateOnSlowWeights(loaded);
      expect(resumed.withSlowWeights(() => loaded.getWeights().map(bits))).to.deep.equal(start);
      undo();
      for (const m of [model, loaded]) {
        m.optimizer.dispose();
        m.dispose();
      }
    });
  });

  it('is refused where the composition differs, naming both', async () => {
    const x = variable([1]);
    const source = new Lookahead(tf.train.adam(0.1));
    step(source, [x], [[1]]);
    const target = new Lookahead(tf.train.sgd(0.1));
    let message = '';
    await target.setWeights(await source.getWeights()).catch((error) => {
      message = error.message;
    });
    expect(message).to.contain('that of Lookahead.Adam, but this optimizer is Lookahead.SGD');
  });

  it('is refused where the shapes differ, naming both', async () => {
    const [x, y] = [variable([1]), variable([1, 2])];
    const [source, target] = [tf.train.adam(0.1), tf.train.adam(0.1)].map(
      (inner) => new Lookahead(inner),
    );
    step(source, [x], [[1]]);
    await target.setWeights(await source.getWeights());
    expect(() => step(target, [y], [[1, 1]])).to.throw(
      `has shape [1] where this model has "${y.name}" of shape [2]`,
    );
  });
});

describe('validation in model.fit', () => {
  onEachBackend(() => {
    it('is on the slow weights while evaluateOnSlowWeights is in force, and on the fast ones else', async () => {
      // One weight from 0, one step of +1 an epoch; k = 100 keeps the slow weight at 0.
      const model = tfl.sequential({
        layers: [
          tfl.layers.dense({
            units: 1,
            inputShape: [1],
            useBias: false,
            kernelInitializer: 'zeros',
          }),
        ],
      });
      const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 100 });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const [x, y] = [tf.tensor2d([[1]]), tf.tensor2d([[1]])];
      const validate = async () => {
        const history = await model.fit(x, y, { epochs: 1, verbose: 0, validationData: [x, y] });
        return history.history.val_loss as number[];
      };
      const undo = optimizer.evaluateOnSlowWeights(model);
      expectClose(await validate(), [1]); // slow: (0 − 1)²
      expectClose((model.getWeights()[0] as tf.Tensor).dataSync(), [1]);
      expectClose((model.evaluate(x, y) as tf.Tensor).dataSync(), [1]);
      undo();
      expectClose(await validate(), [0]); // fast: (1 − 1)²
      expect(Object.hasOwn(model, 'testLoop')).to.equal(false);
    });

    it('refuses a model that is not compiled, for compiling replaces what is wrapped', () => {
      const layer = tfl.layers.dense({ units: 1, inputShape: [1] });
      const model = tfl.sequential({ layers: [layer], name: 'raw' });
      expect(() => new Lookahead(tf.train.sgd(1)).evaluateOnSlowWeights(model)).to.throw(
        'Model "raw" is not compiled',
      );
    });
  });
});
