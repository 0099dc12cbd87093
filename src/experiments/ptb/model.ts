/** Word-level language models of LSTMs, after Zaremba et al. 2014, arXiv 1409.2329. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { sparseSoftmaxCrossEntropy } from '../../layers/cross-entropy.js';
import { dropout } from '../../layers/dropout.js';
import { lstm } from '../../layers/lstm.js';
import { deriveSeed } from '../../runtime/seeds.js';
import { TiedLogits } from './tied-logits.js';

/** Options of {@link languageModel}; the defaults are the paper's small model. */
export interface LanguageModelOptions {
  /** Words. Default 10,000. */
  vocabulary?: number;
  /** Size of each LSTM's states. Default 200. */
  units?: number;
  /** Size of the embedding. Default `units`. */
  embeddingSize?: number;
  /** LSTM layers. Default 2. */
  depth?: number;
  /** Weights start uniform in ± this. Default 0.1. */
  initialScale?: number;
  /** Rates of dropout: on the embedded words, between the LSTMs, and behind the last. Default 0. */
  dropout?: { input: number; hidden: number; output: number };
  /** Whether a dropout mask is the same at all steps of a batch. Default false. */
  locked?: boolean;
  /** Whether the output layer has the embedding's weights; the last LSTM then has its size. */
  tied?: boolean;
  /** Whether states go in and come out. Default false: every batch starts at 0. */
  carriesStates?: boolean;
  /** Fixes the initial weights and the masks. */
  seed: number;
  /** The kit's LSTM (default), or tf.layers' own, to compare it with. */
  layers?: 'fused' | 'stock';
}

/** The sizes of the LSTMs' states, the first one's first. */
export function stateSizes(options: Omit<LanguageModelOptions, 'seed'>): number[] {
  const { units = 200, embeddingSize = units, depth = 2, tied = false } = options;
  return Array.from({ length: depth }, (_, i) => (tied && i === depth - 1 ? embeddingSize : units));
}

/**
 * A word-level language model: word ids `[batch, steps]` to logits of the next word
 * `[batch, steps, vocabulary]`. With `carriesStates`, [words, h₁, c₁, h₂, …] to [logits, h₁, c₁, …].
 *
 * An embedding, LSTMs with sigmoid gates, a dense layer. All kernels start uniform in
 * ± `initialScale`, all biases at 0.
 */
export function languageModel(options: LanguageModelOptions): tfl.LayersModel {
  const { vocabulary = 10_000, units = 200, initialScale = 0.1, locked = false, seed } = options;
  const { embeddingSize = units, tied = false, carriesStates = false } = options;
  const rates = options.dropout ?? { input: 0, hidden: 0, output: 0 };
  const initial = (layer: string) => deriveSeed(seed, 'weights', layer);
  const uniform = (layer: string) =>
    tfl.initializers.randomUniform({
      minval: -initialScale,
      maxval: initialScale,
      seed: initial(layer),
    });
  const dropped = (x: tfl.SymbolicTensor, name: string, rate: number) =>
    rate === 0
      ? x
      : (dropout({ name, rate, locked, seed: deriveSeed(seed, name) }).apply(
          x,
        ) as tfl.SymbolicTensor);
  const makeLSTM = options.layers === 'stock' ? tfl.layers.lstm : lstm;

  const words = tfl.input({ shape: [null], dtype: 'int32', name: 'words' });
  const embedding = tfl.layers.embedding({
    name: 'embedding',
    inputDim: vocabulary,
    outputDim: embeddingSize,
    embeddingsInitializer: uniform('embedding'),
  });
  let x = dropped(embedding.apply(words) as tfl.SymbolicTensor, 'input-dropout', rates.input);
  const before: tfl.SymbolicTensor[] = [];
  const after: tfl.SymbolicTensor[] = [];
  const sizes = stateSizes(options);
  for (const [i, size] of sizes.entries()) {
    const name = `lstm-${i + 1}`;
    const layer = makeLSTM({
      name,
      units: size,
      returnSequences: true,
      returnState: carriesStates,
      recurrentActivation: 'sigmoid',
      unitForgetBias: false,
      kernelInitializer: uniform(`${name} kernel`),
      recurrentInitializer: uniform(`${name} recurrent`),
    });
    if (carriesStates) {
      const states = ['h', 'c'].map((s) => tfl.input({ shape: [size], name: `${name}-${s}` }));
      const [output, ...next] = layer.apply([x, ...states]) as tfl.SymbolicTensor[];
      before.push(...states);
      after.push(...next);
      x = output;
    } else {
      x = layer.apply(x) as tfl.SymbolicTensor;
    }
    const isLast = i === sizes.length - 1;
    x = dropped(
      x,
      isLast ? 'output-dropout' : `hidden-dropout-${i + 1}`,
      isLast ? rates.output : rates.hidden,
    );
  }
  const output = tied
    ? new TiedLogits({ name: 'logits', embedding })
    : tfl.layers.dense({
        name: 'logits',
        units: vocabulary,
        kernelInitializer: uniform('logits'),
      });
  const logits = output.apply(x) as tfl.SymbolicTensor;
  return carriesStates
    ? tfl.model({ inputs: [words, ...before], outputs: [logits, ...after] })
    : tfl.model({ inputs: words, outputs: logits });
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
