import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { EmbeddingTable, LazyOptimizer } from '../../src/index.js';
import type { EmbeddingLayer, TableName } from '../../src/optimizers/tables.js';
import { optimizerFromSpec, optimizerToSpec } from '../../src/spec/index.js';
import { onBestBackend } from '../support/backends.js';
import { bits } from '../support/numbers.js';
import { step } from '../support/optimizers.js';

type Class = tf.serialization.SerializableConstructor<LazyOptimizer>;

const lazyAdam = (embeddingLayers: EmbeddingLayer[]) =>
  new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers });

/** Through JSON, as a file has it. */
const again = (optimizer: tf.Optimizer) =>
  LazyOptimizer.fromConfig(
    LazyOptimizer as unknown as Class,
    JSON.parse(JSON.stringify(optimizer.getConfig())),
  );

const namesIn = (optimizer: tf.Optimizer) =>
  optimizer.getConfig().embeddingLayers as unknown as TableName[];

/** Two towers that one function makes, with embeddings of the same name, and a sum of both. */
function twoTowers(name: string) {
  const embeddings = [1, 2].map((seed) =>
    tfl.layers.embedding({
      inputDim: 5,
      outputDim: 2,
      inputLength: 1,
      name,
      embeddingsInitializer: tfl.initializers.randomUniform({ minval: -1, maxval: 1, seed }),
    }),
  );
  const inputs = embeddings.map(() => tfl.input({ shape: [1] }));
  const towers = embeddings.map((layer) =>
    tfl.sequential({ layers: [layer, tfl.layers.flatten()] }),
  );
  const outputs = tfl.layers
    .add()
    .apply(towers.map((tower, i) => tower.apply(inputs[i]) as tfl.SymbolicTensor));
  const model = tfl.model({ inputs, outputs: outputs as tfl.SymbolicTensor });
  const tables = embeddings.map((layer) => layer.weights[0].read() as tf.Variable);
  const train = (optimizer: tf.Optimizer, id: number) =>
    tf.tidy(() => {
      const ids = [1, 2].map(() => tf.tensor2d([[id]]));
      optimizer.minimize(
        () => tf.sum(tf.square(model.apply(ids) as tf.Tensor)) as tf.Scalar,
        false,
        tables,
      );
    });
  return { model, embeddings, tables, train };
}

/** The rows of tables that a callback moves. */
function movedBy(tables: tf.Variable[], run: () => void): number[][] {
  const rows = () => tables.map((table) => table.arraySync() as number[][]);
  const before = rows();
  run();
  return rows().map((table, i) =>
    table.flatMap((row, id) => (row[0] === before[i][id][0] ? [] : [id])),
  );
}

describe('The embedding tables of a LazyOptimizer', () => {
  onBestBackend();

  it('are told apart by their layers, whose names may be the same', () => {
    const { embeddings, tables, train, model } = twoTowers('twins');
    const optimizer = lazyAdam(embeddings);
    train(optimizer, 1);
    expect(movedBy(tables, () => train(optimizer, 2))).to.deep.equal([[2], [2]]);
    optimizer.dispose();
    model.dispose();
  });

  it('are found again in a model that has the names anew, by a saved optimizer', async () => {
    const first = twoTowers('renamed');
    const optimizer = lazyAdam(first.embeddings);
    first.train(optimizer, 1);
    expect(namesIn(optimizer)).to.deep.equal(
      ['renamed/embeddings', 'renamed/embeddings_1'].map((name) => ({ name, isVariable: true })),
    );
    const second = twoTowers('renamed');
    second.tables.forEach((table, i) => {
      table.assign(first.tables[i]);
    });
    const loaded = again(optimizer);
    await loaded.setWeights(await optimizer.getWeights());
    first.train(optimizer, 2);
    expect(movedBy(second.tables, () => second.train(loaded, 2))).to.deep.equal([[2], [2]]);
    expect(second.tables.map(bits)).to.deep.equal(first.tables.map(bits));
    for (const { model } of [first, second]) model.dispose();
    optimizer.dispose();
    loaded.dispose();
  });

  it('are saved by the name of the variable where a layer beside them has that of theirs', () => {
    const { embeddings, tables, train, model } = twoTowers('beside');
    const optimizer = lazyAdam(embeddings.slice(1));
    expect(namesIn(optimizer)).to.deep.equal([{ name: 'beside', isVariable: false }]);
    train(optimizer, 1);
    expect(namesIn(optimizer)).to.deep.equal([{ name: 'beside/embeddings_1', isVariable: true }]);
    const loaded = again(optimizer);
    train(loaded, 1);
    // Row 1 of the first goes on with old momentum.
    expect(movedBy(tables, () => train(loaded, 2))).to.deep.equal([[1, 2], [2]]);
    for (const disposable of [optimizer, loaded, model]) disposable.dispose();
  });

  it('are written in a spec that makes the same optimizer, of one model as of none', () => {
    const { embeddings, model } = twoTowers('written');
    const all = lazyAdam(embeddings);
    expect(optimizerToSpec(all, { model })).to.equal('lazy(adam(0.1))');
    expect(namesIn(optimizerFromSpec('lazy(adam(0.1))', { model }))).to.deep.equal(namesIn(all));
    const one = lazyAdam(embeddings.slice(1));
    for (const [optimizer, options] of [
      [one, { model }],
      [all, {}],
    ] as const) {
      const spec = optimizerToSpec(optimizer, options);
      const made = optimizerFromSpec(spec, options);
      expect(optimizerToSpec(made, options)).to.equal(spec);
      expect(spec).to.include('variable(written/embeddings_1)');
      made.dispose();
    }
    for (const disposable of [all, one, model]) disposable.dispose();
  });

  it('cannot be saved before they have names of their own', () => {
    const layers = [1, 2].map(() =>
      tfl.layers.embedding({ inputDim: 5, outputDim: 2, name: 'unbuilt' }),
    );
    expect(() => lazyAdam(layers).getConfig()).to.throw(
      'Several embedding layers are named "unbuilt", so that a saved optimizer could not tell their tables apart: give each a name of its own, or build their models first.',
    );
  });

  it('cannot be saved without a name, which tf.js makes a running number', () => {
    const unnamed = new EmbeddingTable({ vocabulary: 2, width: 1 });
    expect(() => lazyAdam([unnamed]).getConfig()).to.throw(
      `An embedding table has no name but "${unnamed.variable.name}", tf.js's running number, which may be another variable's where the optimizer is loaded: give it a name, as in new EmbeddingTable({ …, name: 'words' }).`,
    );
    unnamed.dispose();
  });

  for (const [what, make, sentence] of [
    [
      'shape',
      (name: string) => tf.variable(tf.ones([3]), true, name),
      'has shape [3]: an embedding table has two dimensions, vocabulary and width.',
    ],
    [
      'type',
      (name: string) => tf.variable(tf.ones([3, 1], 'int32'), true, name),
      'is of int32: an embedding table is of float32.',
    ],
  ] as const) {
    it(`are never taken for a variable of their name, but of another ${what}`, () => {
      const table = new EmbeddingTable({ vocabulary: 3, width: 1, name: `gone-${what}` });
      const loaded = again(lazyAdam([table]));
      table.dispose();
      const other = make(`gone-${what}`);
      expect(() => step(loaded, [other], [null])).to.throw(
        `The variable "gone-${what}" ${sentence}`,
      );
      other.dispose();
      loaded.dispose();
    });
  }

  it('may be a layer and a variable of one name', () => {
    const table = new EmbeddingTable({ vocabulary: 2, width: 1, name: 'both' });
    const layer = tf.variable(tf.ones([2, 1]), true, 'both/embeddings');
    const loaded = again(lazyAdam(['both', table]));
    expect(namesIn(loaded)).to.deep.equal([
      { name: 'both', isVariable: false },
      { name: 'both', isVariable: true },
    ]);
    const tables = [layer, table.variable];
    const train = (...gradient: number[]) => step(loaded, tables, [gradient, gradient]);
    train(1, 0);
    expect(movedBy(tables, () => train(0, 1))).to.deep.equal([[1], [1]]);
    tf.dispose(tables);
    loaded.dispose();
  });

  it('count once, as layer and name, or as table and variable', () => {
    const layer = tfl.layers.embedding({ inputDim: 5, outputDim: 2, name: 'once' });
    const table = new EmbeddingTable({ vocabulary: 2, width: 1, name: 'table' });
    const optimizer = lazyAdam(['once', layer, layer, 'once', table, table.variable]);
    expect(namesIn(optimizer)).to.deep.equal([
      { name: 'once', isVariable: false },
      { name: 'table', isVariable: true },
    ]);
    table.dispose();
    optimizer.dispose();
  });
});
