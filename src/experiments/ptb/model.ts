/** The language model of Zaremba et al. 2014, arXiv 1409.2329, in its small configuration. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { sparseSoftmaxCrossEntropy } from '../../layers/cross-entropy.js';
import { lstm } from '../../layers/lstm.js';
import { deriveSeed } from '../../runtime/seeds.js';

/** Options of {@link languageModel}; the defaults are the paper's small model. */
export interface LanguageModelOptions {
  /** Words. Default 10,000. */
  vocabulary?: number;
  /** Size of the embedding and of each LSTM's states. Default 200. */
  units?: number;
  /** LSTM layers. Default 2. */
  depth?: number;
  /** Weights start uniform in ± this. Default 0.1. */
  initialScale?: number;
  /** Fixes the initial weights. */
  seed: number;
  /** The kit's LSTM (default), or tf.layers' own, to compare it with. */
  layers?: 'fused' | 'stock';
}

/**
 * A word-level language model: word ids `[batch, steps]` to logits of the next word
 * `[batch, steps, vocabulary]`. An embedding, LSTMs with sigmoid gates, a dense layer; no dropout.
 *
 * Embedding and output weights start uniform in ± `initialScale`. The LSTMs start as their layer does
 * (Glorot-uniform and orthogonal), their forget biases at 0, as in the paper, and all others too.
 */
export function languageModel(options: LanguageModelOptions): tfl.Sequential {
  const { vocabulary = 10_000, units = 200, depth = 2, initialScale = 0.1, seed } = options;
  const initial = (layer: string) => deriveSeed(seed, 'weights', layer);
  const uniform = (layer: string) =>
    tfl.initializers.randomUniform({
      minval: -initialScale,
      maxval: initialScale,
      seed: initial(layer),
    });
  const recurrent = (name: string): tfl.layers.Layer => {
    const config = {
      name,
      units,
      returnSequences: true,
      recurrentActivation: 'sigmoid' as const,
      unitForgetBias: false,
    };
    return options.layers === 'stock'
      ? tfl.layers.lstm({
          ...config,
          kernelInitializer: tfl.initializers.glorotUniform({ seed: initial(`${name} kernel`) }),
          recurrentInitializer: tfl.initializers.orthogonal({ seed: initial(`${name} recurrent`) }),
        })
      : lstm({ ...config, seed: initial(name) });
  };
  return tfl.sequential({
    layers: [
      tfl.layers.embedding({
        name: 'embedding',
        inputDim: vocabulary,
        outputDim: units,
        batchInputShape: [null, null],
        embeddingsInitializer: uniform('embedding'),
      }),
      ...Array.from({ length: depth }, (_, i) => recurrent(`lstm-${i + 1}`)),
      tfl.layers.dense({
        name: 'logits',
        units: vocabulary,
        kernelInitializer: uniform('logits'),
      }),
    ],
  });
}

/**
 * Mean cross-entropy of the next words, in nats a word; its exponential is the perplexity.
 *
 * @param words - the words that did come, `[batch, steps]`, int32.
 * @param logits - `[batch, steps, vocabulary]`.
 */
export function languageModelLoss(words: tf.Tensor2D, logits: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => {
    const rows = tf.reshape(logits, [words.size, logits.shape[2]]) as tf.Tensor2D;
    return tf.mean(sparseSoftmaxCrossEntropy(rows, tf.reshape(words, [words.size])));
  });
}
