import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import {
  EmbeddingTable,
  LazyOptimizer,
  type LazyRows,
  Lookahead,
  lookup,
  sparseGradient,
} from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { step, variable } from '../support/optimizers.js';
import { warningsOf } from '../support/warnings.js';

const V = 6;

/** An optimizer whose step is θ ← θ − g, so that one step shows the gradient. */
const lazySgd = (embeddingLayers: tfl.layers.Layer[], rows: LazyRows = 'indices') =>
  new LazyOptimizer(tf.train.sgd(1), { embeddingLayers, rows });

/** An embedding of 6 × 1 whose row r is 10 r. */
function embedding(config: object = {}): { layer: tfl.layers.Layer; table: tf.Variable } {
  const layer = tfl.layers.embedding({ inputDim: V, outputDim: 1, inputLength: 2, ...config });
  layer.build([null, 2]);
  layer.setWeights([tf.tensor2d([0, 10, 20, 30, 40, 50], [V, 1])]);
  return { layer, table: layer.weights[0].read() as unknown as tf.Variable };
}

const input = () => tfl.input({ shape: [2], dtype: 'int32' });
const sumOf = (tensor: tfl.SymbolicTensor) =>
  tfl.layers.flatten().apply(tensor) as tfl.SymbolicTensor;

/** One batch of one example through `fit`, with the sum of all outputs as the loss. */
async function trainOn(model: tfl.LayersModel, optimizer: tf.Optimizer, ...ids: number[][]) {
  model.compile({ optimizer, loss: (_, y) => tf.sum(y) });
  const x = ids.map((row) => tf.tensor2d(row, [1, row.length], 'int32'));
  const output = model.outputs[0].shape.slice(1) as number[];
  await model.fit(x.length === 1 ? x[0] : x, tf.zeros([1, ...output]), { verbose: 0, epochs: 1 });
}

/** Row r of a table that held 10 r has lost its gradient. */
const gradientOf = (table: tf.Variable) =>
  Array.from(table.dataSync(), (value, row) => 10 * row - value);

describe('capturing the lookups of an embedding table', () => {
  onEachBackend(() => {
    it('finds the ids of a layer in a model that fit trains, with nothing to pass', async () => {
      const { layer, table } = embedding();
      const x = input();
      const model = tfl.model({ inputs: x, outputs: sumOf(layer.apply(x) as tfl.SymbolicTensor) });
      await trainOn(model, lazySgd([layer]), [4, 1]);
      expectClose(gradientOf(table), [0, 1, 0, 0, 1, 0]);
      model.dispose();
    });

    it('sums what a layer gets for several inputs', async () => {
      const { layer, table } = embedding();
      const [a, b] = [input(), input()];
      const both = [a, b].map((x) => sumOf(layer.apply(x) as tfl.SymbolicTensor));
      const model = tfl.model({
        inputs: [a, b],
        outputs: tfl.layers.concatenate().apply(both) as tfl.SymbolicTensor,
      });
      await trainOn(model, lazySgd([layer]), [4, 1], [1, 1]);
      expectClose(gradientOf(table), [0, 3, 0, 0, 1, 0]);
      model.dispose();
    });

    it('sums what a layer gets that is called twice on one input', async () => {
      const { layer, table } = embedding();
      const x = input();
      const twice = [x, x].map((x) => sumOf(layer.apply(x) as tfl.SymbolicTensor));
      const model = tfl.model({
        inputs: x,
        outputs: tfl.layers.add().apply(twice) as tfl.SymbolicTensor,
      });
      await trainOn(model, lazySgd([layer]), [4, 1]);
      expectClose(gradientOf(table), [0, 2, 0, 0, 2, 0]);
      model.dispose();
    });

    it('keeps several tables apart, and trains what is no table as ever', async () => {
      const [a, b] = [embedding(), embedding()];
      const x = input();
      const rows = [a, b].map(({ layer }) => layer.apply(x) as tfl.SymbolicTensor);
      const dense = tfl.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' });
      const scaled = dense.apply(rows[1]) as tfl.SymbolicTensor;
      const model = tfl.model({
        inputs: x,
        outputs: tfl.layers.add().apply([sumOf(rows[0]), sumOf(scaled)]) as tfl.SymbolicTensor,
      });
      await trainOn(model, lazySgd([a.layer, b.layer]), [4, 1]);
      expectClose(gradientOf(a.table), [0, 1, 0, 0, 1, 0]);
      expectClose(gradientOf(b.table), [0, 1, 0, 0, 1, 0]);
      expectClose(dense.weights[0].read().dataSync(), [1 - (40 + 10)]); // its input were rows 4 and 1
      model.dispose();
    });

    it('takes padding for a token like any other, also where the layer masks it', async () => {
      for (const maskZero of [false, true]) {
        const { layer, table } = embedding({ maskZero });
        const x = input();
        const rows = layer.apply(x) as tfl.SymbolicTensor;
        const rnn = tfl.layers.simpleRNN({
          units: 1,
          activation: 'linear',
          kernelInitializer: 'ones',
          recurrentInitializer: 'ones',
          useBias: false,
        });
        const model = tfl.model({ inputs: x, outputs: rnn.apply(rows) as tfl.SymbolicTensor });
        await trainOn(model, lazySgd([layer]), [0, 3]);
        // The sum of both steps; a masked step hands the state on.
        expectClose(gradientOf(table), [maskZero ? 0 : 1, 0, 0, 1, 0, 0]);
        model.dispose();
      }
    });

    it('finds the ids of a model in a model', async () => {
      const { layer, table } = embedding();
      const x = input();
      const inner = tfl.model({ inputs: x, outputs: sumOf(layer.apply(x) as tfl.SymbolicTensor) });
      const outer = tfl.sequential({
        layers: [inner, tfl.layers.activation({ activation: 'linear' })],
      });
      await trainOn(outer, lazySgd([layer]), [5, 5]);
      expectClose(gradientOf(table), [0, 0, 0, 0, 0, 2]);
      outer.dispose();
    });

    it('finds the ids of one’s own gather, of lookup, and of a table without a layer', () => {
      const ids = tf.tensor2d([4, 1, 1, 1], [2, 2], 'int32');
      const table = new EmbeddingTable({ vocabulary: V, width: 1, initialValue: tf.zeros([V, 1]) });
      for (const rowsFor of [
        () => tf.gather(table.variable, ids),
        () => lookup(table, ids),
        () => lookup(table.variable, tf.cast(ids, 'float32')),
        () => table.lookup(ids),
      ]) {
        table.variable.assign(tf.zeros([V, 1]));
        const optimizer = new LazyOptimizer(tf.train.sgd(1), {
          embeddingLayers: [table],
          rows: 'indices',
        });
        const shapes: number[][] = [];
        const loss = () => {
          const rows = rowsFor();
          shapes.push(rows.shape);
          return tf.sum(rows) as tf.Scalar;
        };
        optimizer.minimize(loss, false, [table.variable]);
        optimizer.minimize(loss); // without a list of variables
        expectClose(table.variable.dataSync(), [0, -6, 0, 0, -2, 0]);
        expect(shapes).to.deep.equal([
          [2, 2, 1],
          [2, 2, 1],
        ]);
        optimizer.dispose();
      }
      table.dispose();
    });

    it('hands ids on with the gradient, through every wrapper', () => {
      const table = variable([0, 0, 0], [3, 1]);
      const lazy = new LazyOptimizer(tf.train.adam(1), { embeddingLayers: [table] });
      const optimizer = new Lookahead(lazy, { k: 1, alpha: 0.5 });
      const { grads, value } = optimizer.computeGradients(
        () => tf.sum(tf.gather(table, tf.tensor1d([2, 0, 2], 'int32'))) as tf.Scalar,
        [table],
      );
      expect(Object.keys(grads)).to.deep.equal([table.name]);
      expect(Array.from(sparseGradient(grads[table.name])!.ids)).to.deep.equal([2, 0]);
      expect(Array.from(grads[table.name].dataSync())).to.deep.equal([2, 1]);
      optimizer.applyGradients(grads);
      // Adam's first step is the learning rate whatever the gradient; Lookahead takes half of it.
      expectClose(table.dataSync(), [-0.5, 0, -0.5]);
      tf.dispose([table, value, grads]);
      optimizer.dispose();
    });

    it('makes no gradient of a frozen table, and steps it once it is thawed', () => {
      const table = variable([0, 0, 0], [3, 1]);
      const other = variable([1]);
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const loss = () =>
        tf.add(tf.sum(other), tf.sum(tf.gather(table, tf.tensor1d([1], 'int32')))) as tf.Scalar;
      table.trainable = false;
      optimizer.minimize(loss);
      expectClose([...table.dataSync(), ...other.dataSync()], [0, 0, 0, 0]);
      table.trainable = true;
      optimizer.minimize(loss);
      expectClose([...table.dataSync(), ...other.dataSync()], [0, -1, 0, -1]);
      tf.dispose([table, other]);
      optimizer.dispose();
    });

    it('counts a row as sampled whose gradient happens to be zero, unless told to go by gradients', () => {
      // Momentum carries row 0 on in step 2, in which it is looked up but gets gradient 0.
      for (const [rows, expected] of [
        ['auto', -1.9],
        ['indices', -1.9],
        ['gradient', -1],
      ] as const) {
        const table = variable([0, 0], [2, 1]);
        const optimizer = new LazyOptimizer(tf.train.momentum(1, 0.9), {
          embeddingLayers: [table],
          rows,
        });
        for (const factor of [1, 0]) {
          const ids = tf.tensor1d([0], 'int32');
          optimizer.minimize(() => tf.mul(factor, tf.sum(tf.gather(table, ids))) as tf.Scalar);
        }
        expectClose(table.dataSync(), [expected, 0]);
        table.dispose();
        optimizer.dispose();
      }
    });

    describe('of a table that is used otherwise too', () => {
      /** Tied weights: the table embeds row 1, and its rows are summed with some weights. */
      const tied =
        (table: tf.Variable, weights = [2, 0, 3]) =>
        () =>
          tf.add(
            tf.sum(tf.gather(table, tf.tensor1d([1], 'int32'))),
            tf.sum(tf.matMul(tf.tensor2d([weights]), table)),
          ) as tf.Scalar;

      it('adds up the whole gradient, goes by it, and warns once, by name, that no row is left alone', async () => {
        const table = variable([0, 0, 0], [3, 1]);
        const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
        const warnings = await warningsOf(() => {
          for (let i = 0; i < 2; i++) optimizer.minimize(tied(table));
        });
        expectClose(table.dataSync(), [-4, -2, -6]);
        expect(warnings).to.deep.equal([
          `Every row of the embedding table "${table.name}" has a gradient, by a regularizer or tied weights: LazyOptimizer takes every row for sampled.`,
        ]);
        table.dispose();
        optimizer.dispose();
      });

      it('warns of nothing where its gradient leaves a row alone', async () => {
        const table = variable([0, 0, 0], [3, 1]);
        const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
        const warnings = await warningsOf(() => {
          for (let i = 0; i < 2; i++) optimizer.minimize(tied(table, [2, 0, 0]));
        });
        expectClose(table.dataSync(), [-4, -2, 0]);
        expect(warnings).to.deep.equal([]);
        table.dispose();
        optimizer.dispose();
      });

      it('refuses to go by indices', () => {
        const table = variable([0, 0, 0], [3, 1]);
        const optimizer = new LazyOptimizer(tf.train.sgd(1), {
          embeddingLayers: [table],
          rows: 'indices',
        });
        expect(() => optimizer.minimize(tied(table))).to.throw("use rows: 'auto'");
        expect(() => step(optimizer, [table], [[1, 0, 0]])).to.throw('is dense');
        table.dispose();
        optimizer.dispose();
      });

      it('goes by gradients where a regularizer reaches every row', async () => {
        const { layer, table } = embedding({
          embeddingsRegularizer: tfl.regularizers.l2({ l2: 0.5 }),
        });
        const x = input();
        const model = tfl.model({
          inputs: x,
          outputs: sumOf(layer.apply(x) as tfl.SymbolicTensor),
        });
        await warningsOf(() => trainOn(model, lazySgd([layer], 'auto'), [4, 1]));
        // 0.5 Σ θ² has the gradient θ = 10 r beside that of the lookups.
        expectClose(gradientOf(table), [0, 11, 20, 30, 41, 50]);
        model.dispose();
      });
    });

    it('shows all others current weights: predict, evaluate, a second model, another optimizer', async () => {
      const { layer, table } = embedding();
      const x = input();
      const build = () =>
        tfl.model({ inputs: x, outputs: sumOf(layer.apply(x) as tfl.SymbolicTensor) });
      const [model, second] = [build(), build()];
      const ids = tf.tensor2d([[4, 1]], [1, 2], 'int32');
      await trainOn(model, lazySgd([layer]), [4, 1]);
      for (const one of [model, second]) {
        expectClose((one.predict(ids) as tf.Tensor).dataSync(), [39, 9]);
      }
      expectClose((model.evaluate(ids, tf.zeros([1, 2])) as tf.Scalar).dataSync(), [48]);
      expectClose(model.getWeights()[0].dataSync(), [0, 9, 20, 30, 39, 50]);
      await trainOn(second, tf.train.sgd(1), [4, 1]);
      expectClose(gradientOf(table), [0, 2, 0, 0, 2, 0]);
      await trainOn(model, lazySgd([layer]), [1, 1]);
      expectClose(gradientOf(table), [0, 4, 0, 0, 2, 0]);
      tf.dispose(ids);
    });

    it('names the table and the row of a token that is not in it', () => {
      const table = tf.variable(tf.zeros([3, 1]), true, 'words');
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      expect(() =>
        optimizer.minimize(
          () => tf.sum(tf.gather(table, tf.tensor1d([0, 3], 'int32'))) as tf.Scalar,
        ),
      ).to.throw('row 3 of the embedding table "words", which has rows 0 to 2');
      table.dispose();
      optimizer.dispose();
    });

    it('says how to change a gradient of rows that has lost its ids', () => {
      const table = variable([0, 0, 0], [3, 1]);
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const { grads } = optimizer.computeGradients(
        () => tf.sum(tf.gather(table, tf.tensor1d([1], 'int32'))) as tf.Scalar,
      );
      const clipped = { [table.name]: tf.clipByValue(grads[table.name], -1, 1) };
      expect(() => optimizer.applyGradients(clipped)).to.throw('with mapGradient');
      tf.dispose([table, grads, clipped]);
      optimizer.dispose();
    });

    it('gives the rows in the table’s order where all of them are sampled', () => {
      // Then the tensor is the dense gradient too, also for one who works on it without its ids.
      const table = variable([0, 0, 0], [3, 1]);
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const ids = tf.tensor1d([2, 0, 1, 2], 'int32');
      const { grads } = optimizer.computeGradients(
        () => tf.sum(tf.mul(tf.gather(table, ids), tf.tensor2d([[1], [2], [3], [4]]))) as tf.Scalar,
      );
      optimizer.applyGradients({ [table.name]: tf.mul(grads[table.name], 10) });
      expectClose(table.dataSync(), [-20, -30, -50]);
      tf.dispose([table, ids, grads]);
      optimizer.dispose();
    });

    it('leaves gradients that are taken within the loss to tf.js', () => {
      // d/dt Σ t² = 2 t on row 1, of which the loss takes the sum: its own gradient is 2 there.
      const table = variable([5, 7, 9], [3, 1]);
      const ids = tf.tensor1d([1], 'int32');
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const penalty = () =>
        tf.sum(tf.grad((t) => tf.sum(tf.square(tf.gather(t, ids))))(table)) as tf.Scalar;
      optimizer.minimize(penalty, false, [table]);
      expectClose(table.dataSync(), [5, 5, 9]);
      expect(() =>
        optimizer.minimize(() => {
          const rows = tf.gather(table, ids);
          tf.variableGrads(() => tf.sum(tf.square(rows)) as tf.Scalar);
          return tf.sum(rows) as tf.Scalar;
        }),
      ).to.throw();
      tf.dispose([table, ids]);
      optimizer.dispose();
    });

    it('gives a second variable that answers to a table’s name the optimizer’s own step', () => {
      const tables = ['twin/embeddings', 'twin/embeddings_1'].map((name) =>
        tf.tidy(() => tf.variable(tf.zeros([2, 1]), true, name)),
      );
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: ['twin'] });
      const ids = tf.tensor1d([1], 'int32');
      optimizer.minimize(
        () => tf.addN(tables.map((table) => tf.sum(tf.gather(table, ids)))) as tf.Scalar,
      );
      for (const table of tables) expectClose(table.dataSync(), [0, -1]);
      tf.dispose([...tables, ids]);
      optimizer.dispose();
    });

    it('leaves the engine and the tensor count as they were, also when the loss throws', () => {
      const table = variable([0, 0, 0], [3, 1]);
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const ids = tf.tensor1d([1], 'int32');
      optimizer.minimize(() => tf.sum(tf.gather(table, ids)) as tf.Scalar);
      const before = tf.memory().numTensors;
      expect(() =>
        optimizer.minimize(() => {
          tf.gather(table, ids);
          throw new Error('a bug in the loss');
        }),
      ).to.throw('a bug in the loss');
      expect(tf.memory().numTensors).to.equal(before);
      expect(Object.hasOwn(tf.engine(), 'runKernel')).to.equal(false);
      tf.dispose([table, ids]);
      optimizer.dispose();
    });
  });
});
