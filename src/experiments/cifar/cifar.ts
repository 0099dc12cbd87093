/** Images of 10 or 100 kinds of things and residual networks, as in the Lookahead paper. */
import * as tf from '@tensorflow/tfjs-core';
import { type CifarClasses, loadCifar } from '../../data/cifar.js';
import { sparseSoftmaxCrossEntropy } from '../../layers/cross-entropy.js';
import { inOrder } from '../batches.js';
import { datasetInfo } from '../dataset-info.js';
import type { Experiment, RunConfig } from '../experiment.js';
import { partsOf } from '../held-out.js';
import { loadingStatus } from '../loading.js';
import { imageBatches } from './images.js';
import { optimizers } from './optimizers.js';
import { presets } from './presets.js';
import { reported } from './reported.js';
import { resnet } from './resnet.js';
import { resnet18 } from './resnet18.js';

/** The paper's model and data. */
const PAPER = {
  /** 18: ResNet-18; 6n + 2: He et al.'s CIFAR networks, whose first stage has 16 channels. */
  depth: 18,
  width: 64,
  augmentation: 'crop-flip',
  cutout: 0,
  averageDecay: 0.999,
  trainExamples: 50_000,
  valExamples: 10_000,
};

type Settings = typeof PAPER;
const settingsOf = (config: RunConfig) => config.settings as Settings;

/** An experiment on CIFAR-10 or CIFAR-100. Validation is on the test images, as in the paper. */
export const cifar = (classes: CifarClasses): Experiment => ({
  name: `cifar${classes}`,
  title: `CIFAR-${classes}: residual networks on small colour images of ${classes} kinds of things`,
  metric: 'accuracy',
  defaults: { batchSize: 128, lr: 0.05, k: 5, alpha: 0.8, settings: PAPER },
  choices: { augmentation: ['crop-flip', 'none'] },
  rates: ['averageDecay'],
  fromZero: ['cutout'],
  heldOutShare: 0.1,
  presets: presets(classes),
  optimizers,
  compared: Object.keys(optimizers),
  reported: reported[classes],
  robustness: { inner: 'sgd', lookahead: 'lookahead-sgd', rates: [0.01, 0.03, 0.1, 0.3, 1] },

  async load(config, { signal, onStatus }) {
    const { trainExamples, valExamples, augmentation, cutout } = settingsOf(config);
    const data = await loadCifar({
      classes,
      source: config.data,
      train: Math.min(trainExamples, PAPER.trainExamples),
      test: Math.min(valExamples, PAPER.valExamples),
      signal,
      onProgress: loadingStatus('the images', onStatus),
      onStatus,
    });
    const { train, test, info } = data;
    if (info.reason !== undefined) {
      onStatus?.(`${info.reason} Training on generated images instead.`);
    }
    const isAugmented = augmentation !== 'none' || cutout > 0;
    const crops = augmentation === 'crop-flip';
    const random = isAugmented ? { pad: crops ? 4 : 0, flip: crops, cutout } : undefined;
    const parts = partsOf(
      config,
      {
        labels: train.labels,
        batch: imageBatches(train, classes, random),
        plain: imageBatches(train, classes),
      },
      inOrder(test.n, imageBatches(test, classes)),
    );
    return { info: datasetInfo(info, parts), ...parts };
  },

  build({ seed, settings }) {
    const { depth, width } = settings as Settings;
    return depth === 18
      ? resnet18({ width, classes, seed })
      : resnet({ depth, width, classes, seed });
  },

  loss: (y, logits) =>
    tf.mean(sparseSoftmaxCrossEntropy(logits as tf.Tensor2D, y as tf.Tensor1D)) as tf.Scalar,

  correct: (y, logits) => tf.sum(tf.equal(tf.argMax(logits, 1), y)) as tf.Scalar,
});
