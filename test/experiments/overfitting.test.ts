import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { loadCifar } from '../../src/data/cifar.js';
import { cifar } from '../../src/experiments/cifar/cifar.js';
import { imageBatches } from '../../src/experiments/cifar/images.js';
import { resolveConfig } from '../../src/experiments/config.js';
import type { ExperimentData } from '../../src/experiments/experiment.js';
import { makeOptimizer } from '../../src/experiments/optimizers.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { train } from '../../src/training/train.js';
import { onBestBackend } from '../support/backends.js';

describe('A residual network', () => {
  onBestBackend();

  it('learns 64 images of CIFAR by heart, or of its twin where there are no others', async () => {
    // No download: real images where LAZYAHEAD_DATA or the cache has them.
    const source = process.env.LAZYAHEAD_DATA ? 'auto' : 'synthetic';
    const signal = AbortSignal.abort();
    const images = await loadCifar({ classes: 10, source, train: 64, test: 1, signal }).catch(() =>
      loadCifar({ classes: 10, source: 'synthetic', train: 64, test: 1 }),
    );
    const all = Int32Array.from({ length: 64 }, (_, i) => i);
    const batches = {
      n: 64,
      length: 1,
      at: () => imageBatches(images.train, 10)(all),
    };
    const data: ExperimentData = {
      info: { ...images.info, trainExamples: 64, valExamples: 64 },
      train: { n: 64, epoch: () => batches },
      val: batches,
    };
    const experiment = cifar(10);
    const config = resolveConfig({
      ...{ experiment: 'cifar10', optimizer: 'sgd', preset: 'quick', epochs: 60, lr: 0.05 },
      settings: { depth: 8, width: 16 },
    });
    const before = tf.memory().numTensors;
    const model = experiment.build(config);
    const optimizer = makeOptimizer(config, experiment, model);
    // The preset's rate falls after three epochs, which here are three steps.
    const { schedule, ...constant } = config;
    const { metrics } = await train({ experiment, config: constant, data, model, optimizer });
    expect(metrics[0].valAccuracy, images.info.name).to.be.below(0.5);
    expect(metrics.at(-1)!.valAccuracy, images.info.name).to.equal(1);
    disposeOptimizer(optimizer);
    model.dispose();
    expect(tf.memory().numTensors).to.equal(before);
  });
});
