import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { layersOf } from './layers-of.js';

/** What a batch normalization has, tf.layers' own too. */
interface Normalization {
  momentum: number;
  movingMean: LayerVariable;
  movingVariance: LayerVariable;
}

/**
 * Gives a model's batch normalizations the statistics of the weights that it holds now, instead of
 * those that went along with the training. Weights that no step has led to need it: averages
 * (Izmailov et al. 2018, 1803.05407, section 3.2), or a mixture of several models' weights.
 *
 * Each statistic becomes its plain mean over the batches, as of PyTorch's `update_bn`: that of the
 * batches' means, and of their biased variances. The model runs in training mode, dropout included,
 * and its other weights stay as they are. A model without batch normalization is not run at all.
 *
 * @param batches - the model's inputs, a batch each: the training examples, or enough of them. They
 *   are not disposed; a generator can do that in a `finally` after its `yield`.
 * @returns a function that puts the earlier statistics back.
 * @throws Error when there is no batch. Then, or when the model or `batches` throws, the statistics
 *   are those from before.
 *
 * @example
 * await optimizer.withAveragedWeights(async () => {
 *   const restore = await updateBatchNormalization(model, batches);
 *   const result = model.evaluate(x, y);
 *   restore();
 * });
 */
export async function updateBatchNormalization(
  model: LayersModel,
  batches: Iterable<tf.Tensor | tf.Tensor[]> | AsyncIterable<tf.Tensor | tf.Tensor[]>,
): Promise<() => void> {
  const normalizations = layersOf(model).filter(
    (layer) => layer.getClassName() === 'BatchNormalization',
  ) as unknown as Normalization[];
  if (normalizations.length === 0) {
    return () => {};
  }
  const statistics = normalizations.flatMap((layer) => [layer.movingMean, layer.movingVariance]);
  const earlier = statistics.map((statistic) => statistic.read().dataSync().slice());
  const restore = () =>
    tf.tidy(() => {
      for (const [i, statistic] of statistics.entries()) {
        statistic.write(tf.tensor(earlier[i], statistic.read().shape));
      }
    });
  const momenta = normalizations.map(({ momentum }) => momentum);
  try {
    // From zero the first batch's statistics become these themselves, whatever was there before.
    tf.tidy(() => {
      for (const statistic of statistics) {
        statistic.write(tf.zerosLike(statistic.read()));
      }
    });
    let n = 0;
    for await (const batch of batches) {
      n += 1;
      for (const layer of normalizations) {
        layer.momentum = (n - 1) / n;
      }
      tf.tidy(() => {
        model.apply(batch, { training: true });
      });
    }
    if (n === 0) {
      throw new Error(
        'updateBatchNormalization() got no batch: hand over batches of training examples.',
      );
    }
  } catch (error) {
    restore();
    throw error;
  } finally {
    for (const [i, layer] of normalizations.entries()) {
      layer.momentum = momenta[i];
    }
  }
  return restore;
}
