import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { layersOf } from './layers-of.js';

/** What a batch normalization has, tf.layers' own too. */
interface Normalization {
  momentum: number;
  movingMean: LayerVariable;
  movingVariance: LayerVariable;
  call(...args: unknown[]): unknown;
}

/**
 * Gives a model's batch normalizations the statistics of the weights that it holds now, instead of
 * those that went along with the training. Weights that no step has led to need it: averages
 * (Izmailov et al. 2018, 1803.05407, section 3.2), or a mixture of several models' weights.
 *
 * Each statistic becomes its plain mean over the batches, as by PyTorch's `update_bn`: that of the
 * batches' means, and of their variances, which are biased as tf.layers' are. A layer that the model
 * uses several times takes the mean over all of them. The model runs in training mode, dropout included,
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
 *   try {
 *     return model.evaluate(x, y);
 *   } finally {
 *     restore();
 *   }
 * });
 */
export async function updateBatchNormalization(
  model: LayersModel,
  batches: Iterable<tf.Tensor | tf.Tensor[]> | AsyncIterable<tf.Tensor | tf.Tensor[]>,
): Promise<() => void> {
  const normalizations = normalizationsOf(model);
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
    for (const layer of normalizations) {
      countCalls(layer);
    }
    let n = 0;
    for await (const batch of batches) {
      n += 1;
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
      // The method is the prototype's: without one of the layer's own, it shows through again.
      delete (layer as Partial<Normalization>).call;
    }
  }
  return restore;
}

/** Whether a model has any. */
export const hasBatchNormalization = (model: LayersModel) => normalizationsOf(model).length > 0;

const normalizationsOf = (model: LayersModel) =>
  layersOf(model).filter(
    (layer) => layer.getClassName() === 'BatchNormalization',
  ) as unknown as Normalization[];

/** Has a layer's n-th call move its statistics by 1 / n, which makes them plain means. */
function countCalls(layer: Normalization): void {
  const call = layer.call.bind(layer);
  let n = 0;
  layer.call = (...args) => {
    n += 1;
    layer.momentum = (n - 1) / n;
    return call(...args);
  };
}
