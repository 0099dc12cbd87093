/** Compositions of wrappers, and a small text model that each can train. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  cosineDecay,
  GradientClipping,
  LazyOptimizer,
  Lookahead,
  ScheduledLearningRate,
  WeightAveraging,
  WeightDecay,
  warmUp,
} from '../../src/index.js';

/** Puts wrappers around an optimizer; `table` is the name of the embedding layer. */
export type Wrap = (inner: tf.Optimizer, table: string) => tf.Optimizer;

const lazy: Wrap = (inner, table) => new LazyOptimizer(inner, { embeddingLayers: [table] });
const schedule = warmUp(2, cosineDecay(0.1, { steps: 8 }));

/** Wrappers by themselves and around one another. */
export const COMPOSITIONS: Record<string, Wrap> = {
  Lookahead: (inner) => new Lookahead(inner, { k: 3 }),
  'Lookahead with pullback': (inner) => new Lookahead(inner, { k: 3, momentum: 'pullback' }),
  'Lookahead with reset': (inner) => new Lookahead(inner, { k: 3, momentum: 'reset' }),
  LazyOptimizer: lazy,
  'LazyOptimizer with frozen moments': (inner, table) =>
    new LazyOptimizer(inner, { embeddingLayers: [table], moments: 'freeze' }),
  'LazyOptimizer by gradients': (inner, table) =>
    new LazyOptimizer(inner, { embeddingLayers: [table], rows: 'gradient' }),
  'Lookahead around LazyOptimizer': (inner, table) => new Lookahead(lazy(inner, table), { k: 3 }),
  'Lookahead with pullback around LazyOptimizer': (inner, table) =>
    new Lookahead(lazy(inner, table), { k: 3, momentum: 'pullback' }),
  'Lookahead with reset around LazyOptimizer': (inner, table) =>
    new Lookahead(lazy(inner, table), { k: 3, momentum: 'reset' }),
  WeightDecay: (inner) => new WeightDecay(inner, { decay: 0.1 }),
  GradientClipping: (inner) => new GradientClipping(inner, { globalNorm: 0.1 }),
  WeightAveraging: (inner) => new WeightAveraging(inner, { decay: 0.9 }),
  'WeightAveraging by the mean, around LazyOptimizer': (inner, table) =>
    new WeightAveraging(lazy(inner, table), { mode: 'mean', from: 2 }),
  ScheduledLearningRate: (inner) => new ScheduledLearningRate(inner, schedule),
  'all wrappers around LazyOptimizer': (inner, table) => {
    const decayed = new WeightDecay(lazy(inner, table), { decay: 0.1, decoupled: false });
    const clipped = new GradientClipping(decayed, { value: 0.05 });
    const scheduled = new ScheduledLearningRate(new Lookahead(clipped, { k: 3 }), schedule);
    return new WeightAveraging(scheduled, { decay: 0.9 });
  },
};

/** The name of the embedding layer of {@link textModel}: like tf.js's, it ends in a number. */
export const TABLE = 'word_table_1';

/** An embedding, a mean and a dense layer, always with the same initial weights. */
export function textModel(vocabulary = 7): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.embedding({
        inputDim: vocabulary,
        outputDim: 3,
        inputLength: 4,
        name: TABLE,
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

/** Trains a {@link textModel} for one epoch of four steps. */
export async function trainEpoch(model: tfl.LayersModel): Promise<void> {
  const x = tf.tensor2d([
    [1, 2, 1, 2],
    [3, 3, 4, 1],
    [5, 2, 2, 2],
    [6, 6, 6, 6],
  ]);
  const y = tf.tensor2d([[0], [1], [0], [1]]);
  await model
    .fit(x, y, { epochs: 1, batchSize: 1, shuffle: false, verbose: 0 })
    .finally(() => tf.dispose([x, y]));
}
