/** The paper presets cannot be trained here; that they can be begun is shown. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { EXPERIMENTS, resolveConfig } from '../../src/experiments/config.js';
import { makeOptimizer } from '../../src/experiments/optimizers.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { estimateRun, estimateText } from '../../src/training/estimate.js';
import { prepare } from '../../src/training/prepare.js';

describe('The paper’s presets', () => {
  for (const [name, optimizer, steps] of [
    // ⌈50,000 / 128⌉ = 391 batches, 200 epochs.
    ['cifar10', 'lookahead-sgd', 391 * 200],
    ['cifar100', 'adamw', 391 * 200],
    // ⌊(929,589 − 1) / 80⌋ = 11,619 words a row, ⌊11,619 / 70⌋ = 165 batches, 750 epochs.
    ['ptb', 'lookahead-adam', 165 * 750],
  ] as const) {
    it(`take steps, from which their time is told: ${name}, ${optimizer}`, async function () {
      this.timeout(900_000);
      const config = resolveConfig({
        ...{ experiment: name, optimizer, preset: 'paper', data: 'synthetic' },
      });
      const { data } = await prepare(config, {});
      const before = tf.memory().numTensors;
      const experiment = EXPERIMENTS[name];
      const model = experiment.build(config);
      const made = makeOptimizer(config, experiment, model);
      const estimate = estimateRun({ experiment, config, data, model, optimizer: made });
      expect(estimate.steps).to.equal(steps);
      console.log(`      ${name}, ${optimizer}: ${estimateText(estimate)}`);
      disposeOptimizer(made);
      model.dispose();
      expect(tf.memory().numTensors).to.equal(before);
    });
  }
});
