/** A training step with Lookahead against the same step with its inner optimizer alone. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Lookahead } from '../../src/index.js';
import type { Part, Row } from '../suite.js';
import { alternate, type Side, timed, timeRow } from '../timing.js';

const K = 5;
const INPUTS = 784;
const CLASSES = 10;

/** Dense layers, which do the least arithmetic for a weight: nothing hides what Lookahead costs. */
const MODELS = [
  // 784·1200 + 1200·1200 + 1200·256 + 256·10, and biases.
  { name: '2.7 M weights', units: [1200, 1200, 256], batch: 32 },
  // 784·256 + 256·256 + 256·10, and biases.
  { name: '0.27 M weights', units: [256, 256], batch: 128 },
];
const SMOKE_MODELS = [{ name: '4 k weights', units: [5], batch: 2 }];

const INNER = {
  adam: () => tf.train.adam(1e-3),
  momentum: () => tf.train.momentum(0.01, 0.9),
};

/** At most 5 % on the step; samples are of k steps, of which one syncs. */
export const lookahead: Part = {
  name: 'lookahead',
  async *measure({ smoke }) {
    for (const model of smoke ? SMOKE_MODELS : MODELS) {
      for (const [inner, make] of Object.entries(INNER)) {
        const sides = [
          trainingSide(model, new Lookahead(make(), { k: K })),
          trainingSide(model, make()),
        ];
        const schedule = smoke
          ? { group: K, warmUp: K, blocks: 2, blockMs: 1 }
          : { group: K, blocks: 40 };
        const summaries = await alternate(sides, schedule);
        for (const side of sides) side.dispose();
        const name = `Lookahead(${inner}), ${model.name}, batch ${model.batch}`;
        const row: Row = timeRow(
          { name, vocabulary: null, other: `${inner} alone` },
          summaries,
          { timesAsMuch: 1.05 },
          !smoke,
        );
        yield row;
      }
    }
  },
};

/** A whole training step, forward, backward and the optimizer's, on one batch of noise. */
export function trainingSide(
  { units, batch }: { units: number[]; batch: number },
  optimizer: tf.Optimizer,
): Side & { dispose(): void; weights: tf.Variable[] } {
  const model = tfl.sequential({
    layers: [...units, CLASSES].map((size, i) =>
      tfl.layers.dense({
        units: size,
        activation: i < units.length ? 'relu' : 'linear',
        kernelInitializer: tfl.initializers.heNormal({ seed: i }),
        ...(i === 0 && { inputShape: [INPUTS] }),
      }),
    ),
  });
  const x = tf.randomNormal([batch, INPUTS], 0, 1, 'float32', 1);
  const labels = tf.range(0, batch, 1, 'int32');
  const y = tf.tidy(() => tf.oneHot(tf.mod(labels, tf.scalar(CLASSES, 'int32')), CLASSES));
  labels.dispose();
  const weights = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const side = timed(() => {
    optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as tf.Tensor),
      false,
      weights,
    );
  });
  return {
    ...side,
    weights,
    dispose() {
      tf.dispose([x, y]);
      optimizer.dispose();
      model.dispose();
    },
  };
}
