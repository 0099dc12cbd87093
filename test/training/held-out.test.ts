/** Runs under the protocol `held-out`, small and on generated data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { EXPERIMENTS, type RunRequest, resolveConfig } from '../../src/experiments/config.js';
import { METRICS, type Score } from '../../src/experiments/metric.js';
import { readTensorFile } from '../../src/training/checkpoints/tensor-file.js';
import { add, forward } from '../../src/training/forward.js';
import { prepare } from '../../src/training/prepare.js';
import { rerun } from '../../src/training/rerun.js';
import { resultOf } from '../../src/training/results.js';
import { run } from '../../src/training/run.js';
import { readJson } from '../../src/training/run-files.js';
import { RUNS } from './resume/runs.js';

const IMDB: RunRequest = { ...RUNS.imdb, optimizer: 'lazy-adam', protocol: 'held-out', epochs: 3 };
const CIFAR: RunRequest = { ...RUNS.cifar10, optimizer: 'sgd', protocol: 'held-out' };

describe('A run under the protocol held-out', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-held-out-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  let count = 0;
  const fresh = () => join(folder, String(++count));

  it('trains on less, chooses on what is held out, and says so in config and summary', async () => {
    const { summary, metrics, directory } = await run(IMDB, { runDir: fresh() });
    // A fifth of 300 reviews; the other 240 in batches of 32 are 8 steps an epoch.
    expect(readJson(directory, 'config.json')).to.deep.include({
      ...{ protocol: 'held-out', heldOut: 60 },
    });
    expect(readJson<{ dataset: object }>(directory, 'config.json').dataset).to.deep.include({
      ...{ trainExamples: 240, valExamples: 60, testExamples: 50 },
    });
    expect(summary).to.include({ protocol: 'held-out', steps: 24 });
    expect(summary.overrides).not.to.have.any.keys('protocol', 'heldOut');
    const values = metrics.map(({ valAccuracy }) => valAccuracy!);
    const best = values.indexOf(Math.max(...values));
    expect(resultOf(summary)).to.deep.equal({
      ...{ best: values[best], final: values[2], test: metrics[best].testAccuracy },
    });
  });

  for (const request of [IMDB, CIFAR, RUNS.ptb]) {
    const { experiment: name } = request;
    it(`has the test data’s result with the best epoch’s weights, as one look at them after the run gives it: ${name}`, async () => {
      const { summary, metrics, directory } = await run(
        { ...request, optimizer: name === 'ptb' ? 'adam' : request.optimizer },
        { runDir: fresh() },
      );
      const config = resolveConfig({ ...request, optimizer: summary.optimizer });
      const experiment = EXPERIMENTS[name];
      const metric = METRICS[experiment.metric];
      const { data } = await prepare(config, {});
      const { best, test } = resultOf(summary);
      const steps = metrics.find((m) => [m.valAccuracy, m.valPerplexity].includes(best!))!.steps;
      const file = `step-${String(steps).padStart(8, '0')}.safetensors`;
      const { tensors } = readTensorFile(join(directory, 'checkpoints', file));
      const model = experiment.build(config);
      tf.tidy(() => {
        const weights = [...tensors].filter(([key]) => key.startsWith('weights/'));
        model.setWeights(weights.map(([, t]) => tf.tensor(t.elements, t.shape, t.dtype)));
        const total: Score = { loss: 0, correct: 0, n: 0 };
        let states: tf.Tensor[] = [];
        for (let i = 0; i < data.test!.length; i++) {
          const batch = data.test!.at(i);
          if (i === 0) states = experiment.initialStates?.(config, batch.x.shape[0]!) ?? [];
          const task = { experiment, config, data, model, optimizer: tf.train.sgd(1) };
          const answer = forward(task, batch, states, false);
          states = answer.states;
          add(total, answer.score);
        }
        expect(metric.of(total)).to.equal(test);
      });
      model.dispose();
    });
  }

  it('comes to the same, bit for bit, when it was interrupted and gone on with, or repeated', async () => {
    const whole = await run(IMDB, { runDir: fresh() });
    const timeless = ({ metrics }: typeof whole) => metrics.map(({ seconds, ...rest }) => rest);
    // In the second epoch, and after the last batch of it, before it is evaluated.
    for (const upTo of [12, 16]) {
      const runDir = fresh();
      const controller = new AbortController();
      const first = await run(IMDB, {
        ...{ runDir, signal: controller.signal },
        onEvent: (event) => event.type === 'step' && event.step === upTo && controller.abort(),
      });
      expect(first.summary.status).to.equal('interrupted');
      const second = await run(IMDB, { runDir, resume: true });
      expect(timeless(second)).to.deep.equal(timeless(whole));
      expect(second.summary.weightsSha256).to.equal(whole.summary.weightsSha256);
      expect(second.summary.testAccuracy).to.equal(whole.summary.testAccuracy);
    }
    // As results are published: without the losses of the steps.
    rmSync(join(whole.directory, 'steps.jsonl'));
    const again = await rerun(whole.directory, { runDir: fresh() });
    expect(again).to.deep.include({ identical: true, differences: [], hasSteps: false });
  });
});
