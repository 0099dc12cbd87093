/**
 * Programs that train a small embedding, the same ones in Node and in a page.
 *
 * Weights, tokens and labels are fixed, by arithmetic that is exact everywhere.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { EmbeddingTable, LazyOptimizer, Lookahead } from '../../../src/index.js';
import { lstm } from '../../../src/layers/index.js';
import { spyOnKernels } from './kernel-spy.js';

/** What a program came to. All of it can be sent from a page as JSON. */
export interface Outcome {
  /** The loss of each of the 12 steps, before it is taken. */
  losses: number[];
  /** The model's weights after the last step, the embedding table first. */
  weights: number[][];
  /** Of the last 6 steps: each kernel that ran, with the elements of its largest output. */
  kernels: Record<string, number>;
  /** Tensors that the last 6 steps left behind. */
  leaked: number;
}

/** Rows of the table; those from {@link SAMPLED} on are never looked up. */
export const VOCABULARY = 1000;
export const SAMPLED = 50;
export const WIDTH = 4;

const SENTENCES = 24;
const LENGTH = 5;
const BATCH = 4;
const STEPS_OF_HALF = SENTENCES / BATCH;

const ids = Array.from({ length: SENTENCES * LENGTH }, (_, i) => (i * i + 3 * i) % SAMPLED);
const labels = Array.from({ length: SENTENCES }, (_, i) => Number((i * i + i) % 3 === 0));

/** Numbers in [−scale, scale], in no visible order. */
const numbers = (count: number, scale: number) =>
  Float32Array.from({ length: count }, (_, i) => (scale * (((i + 7) * 37) % 101)) / 50 - scale);

/** The table before the first step. */
export const initialTable = () => numbers(VOCABULARY * WIDTH, 0.5);

// Without ε, tf.js takes 1e-4 on WebGL where it takes 1e-7 elsewhere.
const adam = () => tf.train.adam(0.01, 0.9, 0.999, 1e-7);

/** Optimizers by the way in which a program makes them for a table. */
const OPTIMIZERS = {
  'Lookahead(Lazy(Adam))': (table: tfl.layers.Layer | EmbeddingTable) =>
    new Lookahead(new LazyOptimizer(adam(), { embeddingLayers: [table] }), { k: 3 }),
  Adam: adam,
};

export type OptimizerName = keyof typeof OPTIMIZERS;

/** A model of layers, trained by `fit`. */
function byFit(middle: () => tfl.layers.Layer) {
  return async (optimizerName: OptimizerName): Promise<Outcome> => {
    const embedding = tfl.layers.embedding({
      inputDim: VOCABULARY,
      outputDim: WIDTH,
      inputLength: LENGTH,
    });
    const dense = tfl.layers.dense({ units: 1, activation: 'sigmoid' });
    const model = tfl.sequential({ layers: [embedding, middle(), dense] });
    tf.tidy(() => {
      const values = model
        .getWeights()
        .map(({ shape }, i) =>
          tf.tensor(i === 0 ? initialTable() : numbers(tf.util.sizeFromShape(shape), 0.3), shape),
        );
      model.setWeights(values);
    });
    const optimizer = OPTIMIZERS[optimizerName](embedding);
    model.compile({ optimizer, loss: 'binaryCrossentropy' });

    const x = tf.tensor2d(ids, [SENTENCES, LENGTH], 'int32');
    const y = tf.tensor2d(labels, [SENTENCES, 1]);
    const losses: number[] = [];
    const epoch = async () => {
      await model.fit(x, y, {
        batchSize: BATCH,
        shuffle: false,
        verbose: 0,
        yieldEvery: 'never',
        callbacks: { onBatchEnd: (_, logs) => void losses.push(logs!.loss) },
      });
    };
    const halves = await inHalves(epoch);
    const weights = await valuesOf(model.getWeights());
    tf.dispose([x, y]);
    model.dispose();
    optimizer.dispose();
    return { losses, weights, ...halves };
  };
}

/** The same without layers, by `minimize` and the table's own lookup. */
async function byMinimize(optimizerName: OptimizerName): Promise<Outcome> {
  const initialValue = tf.tensor2d(initialTable(), [VOCABULARY, WIDTH]);
  const table = new EmbeddingTable({ vocabulary: VOCABULARY, width: WIDTH, initialValue });
  const output = tf.tidy(() => tf.variable(tf.tensor2d(numbers(WIDTH, 0.3), [WIDTH, 1])));
  const optimizer = OPTIMIZERS[optimizerName](table);

  const losses: number[] = [];
  const epoch = async () => {
    for (let step = 0; step < STEPS_OF_HALF; step++) {
      const from = step * BATCH;
      const loss = tf.tidy((): tf.Scalar => {
        const tokens = tf.tensor2d(
          ids.slice(from * LENGTH, (from + BATCH) * LENGTH),
          [BATCH, LENGTH],
          'int32',
        );
        const wanted = tf.tensor2d(labels.slice(from, from + BATCH), [BATCH, 1]);
        return optimizer.minimize(
          () => {
            const scores = tf.matMul(tf.mean(table.lookup(tokens), 1), output);
            return tf.losses.sigmoidCrossEntropy(wanted, scores) as tf.Scalar;
          },
          true,
          [table.variable, output],
        )!;
      });
      losses.push((await loss.data())[0]);
      loss.dispose();
    }
  };
  const halves = await inHalves(epoch);
  const weights = await valuesOf([table.variable, output]);
  table.dispose();
  tf.dispose([initialValue, output]);
  optimizer.dispose();
  return { losses, weights, ...halves };
}

const valuesOf = (tensors: tf.Tensor[]) =>
  Promise.all(tensors.map(async (tensor) => [...(await tensor.data())]));

/** Six steps, in which all state is made, and six that are watched. */
async function inHalves(epoch: () => Promise<void>): Promise<Pick<Outcome, 'kernels' | 'leaked'>> {
  await epoch();
  const { numTensors } = tf.memory();
  const kernels = await spyOnKernels(epoch);
  return { kernels, leaked: tf.memory().numTensors - numTensors };
}

/** The programs by what they show. */
export const PROGRAMS = {
  'model.fit with an embedding layer': byFit(() => tfl.layers.globalAveragePooling1d({})),
  'model.fit with an LSTM layer': byFit(() =>
    lstm({ units: 3, dropout: 0.25, recurrentDropout: 0.25, seed: 1 }),
  ),
  'minimize with an EmbeddingTable': byMinimize,
};

export type ProgramName = keyof typeof PROGRAMS;
