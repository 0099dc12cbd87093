/** The workloads in tf.js: as this project trains them, and as tf.layers and tf.train do. */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { resnet } from '../../src/experiments/cifar/resnet.js';
import type { RunConfig } from '../../src/experiments/experiment.js';
import { imdb } from '../../src/experiments/imdb/imdb.js';
import { languageModel, languageModelLoss } from '../../src/experiments/ptb/model.js';
import { sparseSoftmaxCrossEntropy } from '../../src/layers/cross-entropy.js';
import { adam } from '../../src/optimizers/adam.js';
import { momentum, sgd } from '../../src/optimizers/momentum.js';
import type { ImdbModel, Model, Workload } from './workloads.js';

export type Kind = 'ours' | 'stock';

/** A model and its loss. */
export interface Trained {
  model: tfl.LayersModel;
  /** Mean over the batch, in nats. */
  loss(labels: tf.Tensor, output: tf.Tensor): tf.Scalar;
}

const SEED = 1;

/** The model of a workload, with seeded weights. */
export function build(kind: Kind, model: Model): Trained {
  const layers = kind === 'ours' ? 'fused' : 'stock';
  switch (model.family) {
    case 'imdb':
      return { model: kind === 'ours' ? ourImdb(model) : stockImdb(model), loss: imdb.loss };
    case 'cifar':
      return {
        model: resnet({ ...model, seed: SEED, layers }),
        loss: kind === 'ours' ? sparseLoss : oneHotLoss,
      };
    case 'ptb':
      return {
        model: languageModel({ ...model, seed: SEED, layers }),
        loss: kind === 'ours' ? (languageModelLoss as Trained['loss']) : oneHotLoss,
      };
  }
}

/** The experiment's own model. */
function ourImdb({ vocabulary, time, width, units, dropout, gates }: ImdbModel): tfl.LayersModel {
  const settings = {
    vocabulary,
    maxlen: time,
    embeddingSize: width,
    units,
    dropout,
    recurrentDropout: dropout,
    lstm: gates === 'sigmoid' ? 'today' : 'keras2.2',
  };
  return imdb.build({ seed: SEED, settings } as unknown as RunConfig);
}

/** tf.layers' LSTM has its masks shared by all gates, always. */
function stockImdb({ vocabulary, time, width, units, dropout, gates }: ImdbModel): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      tfl.layers.embedding({
        name: 'embedding',
        inputDim: vocabulary,
        outputDim: width,
        inputLength: time,
      }),
      tfl.layers.lstm({
        name: 'lstm',
        units,
        dropout,
        recurrentDropout: dropout,
        recurrentActivation: gates,
      }),
      tfl.layers.dense({ name: 'sentiment', units: 1, activation: 'sigmoid' }),
    ],
  });
}

const sparseLoss: Trained['loss'] = (labels, logits) =>
  tf.mean(sparseSoftmaxCrossEntropy(logits as tf.Tensor2D, labels as tf.Tensor1D));

/** tf.js has no cross-entropy of class numbers on logits. */
const oneHotLoss: Trained['loss'] = (labels, logits) =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(labels, logits.shape.at(-1)!), logits);

/** @param epsilon - Adam's; tf.js's own if absent. */
export function optimizerOf(
  kind: Kind,
  { optimizer }: Workload,
  rate: number,
  epsilon?: number,
): tf.Optimizer {
  const train = tf.train;
  switch (optimizer) {
    case 'adam':
      return kind === 'ours'
        ? adam(rate, 0.9, 0.999, epsilon)
        : train.adam(rate, 0.9, 0.999, epsilon);
    case 'momentum':
      return kind === 'ours' ? momentum(rate, 0.9) : train.momentum(rate, 0.9);
    case 'sgd':
      return kind === 'ours' ? sgd(rate) : train.sgd(rate);
  }
}

/** The trainable variables by `layer/weight`, in the order of `model.trainableWeights`. */
export function namedVariables(model: tfl.LayersModel): { name: string; variable: tf.Variable }[] {
  return model.layers.flatMap((layer) =>
    layer.trainableWeights.map((weight) => ({
      name: `${layer.name}/${weight.originalName.split('/').at(-1)}`,
      variable: weight.read() as tf.Variable,
    })),
  );
}
