/** The experiments on the one training loop, small and on generated data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { EXPERIMENTS, type RunRequest, resolveConfig } from '../../src/experiments/config.js';
import { makeOptimizer } from '../../src/experiments/optimizers.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { estimateRun, estimateText } from '../../src/training/estimate.js';
import { type Prepared, prepare } from '../../src/training/prepare.js';
import { resultOf } from '../../src/training/results.js';
import { run } from '../../src/training/run.js';
import { expectClose } from '../support/numbers.js';

const CIFAR: RunRequest = {
  ...{ experiment: 'cifar10', optimizer: 'lookahead-sgd', preset: 'smoke', batchSize: 32 },
  settings: { width: 4, cutout: 8, trainExamples: 160, valExamples: 100 },
};
const PTB: RunRequest = {
  ...{ experiment: 'ptb', optimizer: 'lookahead-lazy-adam', preset: 'smoke', batchSize: 10, k: 3 },
  settings: {
    ...{ units: 8, embeddingSize: 8, inputDropout: 0.2, hiddenDropout: 0.2, outputDropout: 0.2 },
    ...{ trainWords: 1_001, valWords: 600, testWords: 600 },
  },
};

describe('An experiment on the training loop', () => {
  let folder: string;
  const prepared = new Map<string, Prepared>();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-experiments-'));
    for (const request of [CIFAR, PTB]) {
      prepared.set(request.experiment, await prepare(resolveConfig(request), {}));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  let runs = 0;
  const runOf = (request: RunRequest) =>
    run(request, {
      prepared: prepared.get(request.experiment),
      runDir: join(folder, `${++runs}`),
    });

  for (const request of [CIFAR, PTB]) {
    it(`gives the same weights to the last bit twice, and leaves no tensors: ${request.experiment}`, async () => {
      const before = tf.memory().numTensors;
      const first = await runOf(request);
      const second = await runOf(request);
      expect(second.summary.weightsSha256).to.equal(first.summary.weightsSha256);
      expect(second.metrics.map(({ loss }) => loss)).to.deep.equal(
        first.metrics.map(({ loss }) => loss),
      );
      expect((await runOf({ ...request, seed: 2 })).summary.weightsSha256).not.to.equal(
        first.summary.weightsSha256,
      );
      expect(tf.memory().numTensors).to.equal(before);
    });
  }

  it('has accuracies of images, at the rates of its schedule', async () => {
    const { summary, metrics } = await runOf(CIFAR);
    expect(summary).to.include({ metric: 'accuracy', dataset: 'cifar10-synthetic', steps: 10 });
    expectClose(
      metrics.map(({ lr }) => lr!),
      [0.1, 0.02],
    );
    const [first, second] = metrics.map(({ valAccuracy }) => valAccuracy!);
    expect(resultOf(summary)).to.deep.equal({
      ...{ best: Math.max(first, second), final: second, test: null },
    });
    expect(summary.bestValPerplexity).to.equal(undefined);
  });

  it('has perplexities of text, and that of the test text where the validation text’s is best', async () => {
    const { summary, metrics } = await runOf(PTB);
    // 1,000 words foretold in 10 rows of 100: 5 batches of 20 steps an epoch.
    expect(summary).to.include({ metric: 'perplexity', dataset: 'ptb-synthetic', steps: 10 });
    for (const { loss, perplexity, valLoss, valPerplexity } of metrics) {
      expect(perplexity).to.be.closeTo(Math.exp(loss), 1e-6 * perplexity!);
      expect(valPerplexity).to.be.closeTo(Math.exp(valLoss), 1e-6 * valPerplexity!);
    }
    const values = metrics.map(({ valPerplexity }) => valPerplexity!);
    const best = values.indexOf(Math.min(...values));
    expect(resultOf(summary).best).to.equal(values[best]);
    expect(resultOf(summary).test).to.equal(metrics[best].testPerplexity);
    const isBestSoFar = values.map((value, i) => value === Math.min(...values.slice(0, i + 1)));
    expect(metrics.map(({ testPerplexity }) => testPerplexity !== undefined)).to.deep.equal(
      isBestSoFar,
    );
  });

  it('is told how long it takes by its first steps, which change nothing', () => {
    const config = resolveConfig(PTB);
    const experiment = EXPERIMENTS.ptb;
    const before = tf.memory().numTensors;
    const model = experiment.build(config);
    const optimizer = makeOptimizer(config, experiment, model);
    const { data } = prepared.get('ptb')!;
    const estimate = estimateRun({ experiment, config, data, model, optimizer });
    expect(estimate.steps).to.equal(10);
    expect(estimate.seconds).to.be.above(10 * estimate.stepSeconds);
    disposeOptimizer(optimizer);
    model.dispose();
    expect(tf.memory().numTensors).to.equal(before);
    const text = (steps: number, stepSeconds: number) =>
      estimateText({ steps, stepSeconds, seconds: steps * stepSeconds });
    expect(text(78_200, 6.3)).to.equal(
      '78,200 steps of 6.3 s each: about 5.7 days on this machine, by the first of them',
    );
    expect(text(6_000, 0.05)).to.include('6,000 steps of 50 ms each: about 5.0 minutes');
  });
});
