/**
 * The workload of the embedding rows: look 32 × 80 tokens up, go backwards from the gradient that the
 * layers above would hand down, take an optimizer step. Those layers, and a loss, are left out: they
 * cost as much whatever the optimizer.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { adam, LazyOptimizer } from '../../src/index.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { type Side, timed } from '../timing.js';

export const BATCH = [32, 80] as const;
/** Different batches; the steps go through them in a circle. */
export const BATCHES = 32;
export const LEARNING_RATE = 1e-3;
/** What every weight is at first: no time is spent on drawing 10⁸ numbers. */
export const INITIAL_WEIGHT = 0.05;
/** Every component of the gradient that is handed down. */
export const GRADIENT = 1e-3;

const TOKENS = BATCH[0] * BATCH[1];

/**
 * Batches of tokens by Zipf's law: the probability of the id r is proportional to 1 / (r + 1), as if
 * words were numbered by their frequency.
 *
 * @returns ids, shape [BATCHES, 32, 80] flattened; the same ones at every call.
 */
export function zipfBatches(vocabulary: number): Int32Array {
  const cumulative = new Float64Array(vocabulary);
  let sum = 0;
  for (let rank = 0; rank < vocabulary; rank++) {
    sum += 1 / (rank + 1);
    cumulative[rank] = sum;
  }
  const random = randomStream(1, 'zipf', vocabulary);
  return Int32Array.from({ length: BATCHES * TOKENS }, () =>
    firstAbove(cumulative, random.uniform() * sum),
  );
}

/** The first index whose value is above x. */
function firstAbove(values: Float64Array, x: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A side of ours with what it holds. */
export interface EmbeddingSide extends Side {
  dispose(): void;
}

/** Sizes and ids of a table's workload. */
export interface EmbeddingWorkload {
  vocabulary: number;
  width: number;
  /** Shape [BATCHES, 32, 80], flattened. */
  ids: Int32Array;
}

/** Adam with `tf.layers.embedding`: tf.js's (`dense`), ours by a fused op (`fused`), or tf.js's in our wrapper (`lazy`). */
export function embeddingSide(
  kind: 'lazy' | 'dense' | 'fused',
  { vocabulary, width, ids }: EmbeddingWorkload,
): EmbeddingSide {
  const layer = tfl.layers.embedding({
    inputDim: vocabulary,
    outputDim: width,
    embeddingsInitializer: tfl.initializers.constant({ value: INITIAL_WEIGHT }),
  });
  const optimizer = {
    dense: () => tf.train.adam(LEARNING_RATE),
    fused: () => adam(LEARNING_RATE),
    lazy: () => new LazyOptimizer(tf.train.adam(LEARNING_RATE), { embeddingLayers: [layer] }),
  }[kind]();
  const batches = Array.from({ length: BATCHES }, (_, i) =>
    tf.tensor2d(ids.slice(i * TOKENS, (i + 1) * TOKENS), [...BATCH], 'int32'),
  );
  tf.dispose(layer.apply(batches[0]) as tf.Tensor); // builds the layer
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const handedDown = tf.fill([...BATCH, width], GRADIENT);
  const layersAbove = tf.customGrad(() => ({
    value: tf.scalar(0),
    gradFunc: () => handedDown.clone(),
  }));
  const side = timed((i) => {
    const batch = batches[i % BATCHES];
    optimizer.minimize(
      () => layersAbove(layer.apply(batch) as tf.Tensor) as tf.Scalar,
      false,
      variables,
    );
  });
  return {
    ...side,
    dispose() {
      tf.dispose([batches, handedDown]);
      optimizer.dispose();
      layer.dispose();
    },
  };
}
