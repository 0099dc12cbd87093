/** Sentiment of IMDB reviews, as in Su Jianlin's article of 2019-07-30. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type ImdbSplit, loadImdb } from '../../data/imdb.js';
import { lstm } from '../../layers/lstm.js';
import { deriveSeed } from '../../runtime/seeds.js';
import { inOrder } from '../batches.js';
import { datasetInfo } from '../dataset-info.js';
import type { Batch, Experiment, RunConfig } from '../experiment.js';
import { partsOf } from '../held-out.js';
import { loadingStatus } from '../loading.js';
import { ADAM_FAMILY } from '../optimizers.js';
import { presets } from './presets.js';
import { claims, reported } from './reported.js';

/** Sizes of the article's model and data. */
const ARTICLE = {
  vocabulary: 20_000,
  maxlen: 80,
  embeddingSize: 128,
  units: 128,
  dropout: 0.2,
  recurrentDropout: 0.2,
  lstm: 'keras2.2',
  trainExamples: 25_000,
  valExamples: 25_000,
};

type Settings = typeof ARTICLE;
const settingsOf = (config: RunConfig) => config.settings as Settings;

/**
 * The LSTM's gates and dropout masks as in the article's Keras 2.2, as in today's Keras, and with one
 * of both as in Keras 2.2, which shows what either does.
 */
const LSTM_KINDS = {
  'keras2.2': { recurrentActivation: 'hardSigmoid', dropoutMasks: 'perGate' },
  'keras2.2-gates': { recurrentActivation: 'hardSigmoid', dropoutMasks: 'shared' },
  'keras2.2-masks': { recurrentActivation: 'sigmoid', dropoutMasks: 'perGate' },
  today: { recurrentActivation: 'sigmoid', dropoutMasks: 'shared' },
} as const;

export const imdb: Experiment = {
  name: 'imdb',
  title: 'Sentiment of IMDB reviews: an embedding of 20,000 words and an LSTM',
  metric: 'accuracy',
  defaults: { batchSize: 32, lr: 1e-3, k: 5, alpha: 0.5, settings: ARTICLE },
  choices: { lstm: Object.keys(LSTM_KINDS) },
  rates: ['dropout', 'recurrentDropout'],
  heldOutShare: 0.2,
  presets,
  optimizers: ADAM_FAMILY,
  compared: ['adam', 'lazy-adam', 'lookahead-adam', 'lookahead-lazy-adam'],
  reported,
  claims,

  async load(config, { signal, onStatus }) {
    const { vocabulary, maxlen, trainExamples, valExamples } = settingsOf(config);
    const reviews = await loadImdb({
      numWords: vocabulary,
      maxlen,
      source: config.data,
      signal,
      onProgress: loadingStatus('the reviews', onStatus),
      onStatus,
    });
    const { info } = reviews;
    const train = {
      labels: reviews.train.y.subarray(0, trainExamples),
      batch: batchesOf(reviews.train, maxlen),
    };
    const test = inOrder(Math.min(valExamples, reviews.test.n), batchesOf(reviews.test, maxlen));
    const parts = partsOf(config, train, test);
    if (info.reason !== undefined) {
      onStatus?.(`${info.reason} Training on generated reviews instead.`);
    }
    return { info: datasetInfo(info, parts), ...parts };
  },

  build({ seed, settings }) {
    const s = settings as Settings;
    const initial = (layer: string) => deriveSeed(seed, 'weights', layer);
    return tfl.sequential({
      layers: [
        tfl.layers.embedding({
          name: 'embedding',
          inputDim: s.vocabulary,
          outputDim: s.embeddingSize,
          inputLength: s.maxlen,
          // Keras's default for embeddings, which tf.js shares, with a seed.
          embeddingsInitializer: tfl.initializers.randomUniform({
            minval: -0.05,
            maxval: 0.05,
            seed: initial('embedding'),
          }),
        }),
        lstm({
          name: 'lstm',
          units: s.units,
          dropout: s.dropout,
          recurrentDropout: s.recurrentDropout,
          seed: initial('lstm'),
          // Keras's defaults, which are not tf.layers'.
          kernelInitializer: tfl.initializers.glorotUniform({
            seed: deriveSeed(initial('lstm'), 'kernel'),
          }),
          unitForgetBias: true,
          ...LSTM_KINDS[s.lstm as keyof typeof LSTM_KINDS],
        }),
        tfl.layers.dense({
          name: 'sentiment',
          units: 1,
          activation: 'sigmoid',
          kernelInitializer: tfl.initializers.glorotUniform({ seed: initial('sentiment') }),
        }),
      ],
    });
  },

  loss: (y, probability) => tf.mean(tfl.metrics.binaryCrossentropy(y, probability)),

  correct: (y, probability) =>
    tf.sum(tf.equal(tf.greater(probability, 0.5), tf.cast(y, 'bool'))) as tf.Scalar,
};

/** The reviews of a split with some numbers; Keras's loader has shuffled them. */
function batchesOf({ x, y }: ImdbSplit, maxlen: number): (indices: Int32Array) => Batch {
  return (indices) => {
    const n = indices.length;
    const ids = new Int32Array(n * maxlen);
    for (const [row, i] of indices.entries()) {
      ids.set(x.subarray(i * maxlen, (i + 1) * maxlen), row * maxlen);
    }
    return {
      x: tf.tensor2d(ids, [n, maxlen], 'int32'),
      y: tf.tensor2d(
        Float32Array.from(indices, (i) => y[i]),
        [n, 1],
      ),
      n,
    };
  };
}
