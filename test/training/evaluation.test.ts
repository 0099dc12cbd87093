import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { batchNormalization } from '../../src/layers/batch-normalization.js';
import { dropout as seededDropout } from '../../src/layers/dropout.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { WeightAveraging } from '../../src/optimizers/weight-averaging.js';
import { onEvaluatedWeights } from '../../src/training/evaluation.js';
import type { TrainingTask } from '../../src/training/forward.js';
import { run } from '../../src/training/run.js';
import { onBestBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';
import { expectClose } from '../support/numbers.js';

describe('the weights that a run is evaluated on', () => {
  onBestBackend();
  let model: tfl.LayersModel;
  let optimizer: tf.Optimizer;

  /** What batch i of an epoch holds: 0 and 2i, of mean i and variance i². */
  const at = (i: number) => ({ x: tf.tensor2d([[0], [2 * i]]), y: tf.tensor1d([0, 0]), n: 2 });
  const taskOf = (batches = 2) => {
    const epochs: number[] = [];
    const epoch = (_: unknown, number: number) => {
      epochs.push(number);
      return { n: 2 * batches, length: batches, at };
    };
    const task = { config: {}, experiment: {}, data: { train: { epoch } }, model, optimizer };
    return { epochs, task: task as unknown as TrainingTask };
  };
  const weights = () => model.getWeights().map((tensor) => tensor.dataSync()[0]);
  /** One step of size 1 takes the kernel from 2 to 1. */
  function step() {
    const kernel = model.trainableWeights[0].read() as tf.Variable;
    optimizer.minimize(() => tf.sum(kernel) as tf.Scalar, false, [kernel]);
  }

  beforeEach(() => {
    model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 1, inputShape: [1], useBias: false }),
        batchNormalization({ center: false, scale: false }),
      ],
    });
    tf.tidy(() => model.setWeights([tf.tensor2d([[2]]), tf.tensor1d([-5]), tf.tensor1d([7])]));
  });
  afterEach(() => {
    disposeOptimizer(optimizer);
    model.dispose();
  });

  it('are averages, with statistics of batch normalization that are theirs', async () => {
    optimizer = new WeightAveraging(tf.train.sgd(1), { decay: 0.5 });
    step();
    const { task, epochs } = taskOf();
    const before = tf.memory().numTensors;
    // 2 + (1 − 0.5)(1 − 2) = 1.5. Batches of mean 0 and 1 come to 0 and 1.5, with variances 0 and 1.5².
    expectClose(await onEvaluatedWeights(task, weights), [1.5, 0.75, 1.125], { rtol: 1e-6 });
    expect(weights()).to.deep.equal([1, -5, 7]);
    expect(new Set(epochs)).to.deep.equal(new Set([1]));
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('are taken with statistics over no more than 64 batches', async () => {
    optimizer = new WeightAveraging(tf.train.sgd(0), { decay: 0.5 });
    step();
    const [, mean] = await onEvaluatedWeights(taskOf(100).task, weights);
    // 2 (0 + 1 + … + 63) / 64.
    expectClose([mean], [63], { rtol: 1e-5 });
  });

  it('are slow weights with the statistics of the training', async () => {
    optimizer = new Lookahead(tf.train.sgd(1), { k: 1, alpha: 0.5 });
    step();
    expect(await onEvaluatedWeights(taskOf().task, weights)).to.deep.equal([1.5, -5, 7]);
  });

  it('are the model’s own where nothing keeps others', async () => {
    optimizer = tf.train.sgd(1);
    step();
    expect(await onEvaluatedWeights(taskOf().task, weights)).to.deep.equal([1, -5, 7]);
  });

  it('are given back when the evaluation fails or is interrupted', async () => {
    optimizer = new WeightAveraging(tf.train.sgd(1), { decay: 0.5 });
    step();
    const before = tf.memory().numTensors;
    const failing = onEvaluatedWeights(taskOf().task, () => {
      throw new Error('no memory');
    });
    expect((await rejection(failing)).message).to.equal('no memory');
    expect(weights()).to.deep.equal([1, -5, 7]);
    const interrupted = onEvaluatedWeights(taskOf().task, weights, AbortSignal.abort());
    expect((await rejection(interrupted)).message).to.match(/interrupted during validation/);
    expect(weights()).to.deep.equal([1, -5, 7]);
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('decide the results of a run, and nothing of its training', async () => {
    const root = mkdtempSync(join(tmpdir(), 'lazyahead-evaluation-'));
    try {
      // An average that keeps nothing of itself is the weights: only the statistics differ.
      const results = async (optimizer: string, runDir: string) => {
        const request = { experiment: 'cifar10', preset: 'smoke', epochs: 1, optimizer };
        return (await run(request, { runDir: join(root, runDir) })).metrics[0];
      };
      const plain = await results('sgd(0.05)', 'plain');
      const averaged = await results('ema(sgd(0.05), decay=0)', 'averaged');
      expect(averaged.loss).to.equal(plain.loss);
      expect(averaged.valLoss).not.to.equal(plain.valLoss);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('do not change the dropout masks of the training that goes on', async () => {
    const dropout = seededDropout({ rate: 0.5, seed: 1 });
    (model as tfl.Sequential).add(dropout);
    optimizer = new WeightAveraging(tf.train.sgd(1), { decay: 0.5 });
    step();
    dropout.dropoutStep = 3;
    await onEvaluatedWeights(taskOf().task, weights);
    expect(dropout.dropoutStep).to.equal(3);
  });
});
