import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { EXPERIMENTS, resolveConfig } from '../../src/experiments/config.js';
import { makeOptimizer } from '../../src/experiments/optimizers.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { optimizerToSpec } from '../../src/spec/index.js';
import { onBestBackend } from '../support/backends.js';

const specOf = (experiment: string, optimizer: string, preset = 'quick') => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.embedding({ inputDim: 3, outputDim: 2, inputLength: 2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 1 }),
    ],
  });
  const made = makeOptimizer(
    resolveConfig({ experiment, optimizer, preset }),
    EXPERIMENTS[experiment],
    model,
  );
  const spec = optimizerToSpec(made, { model });
  disposeOptimizer(made);
  model.dispose();
  return spec;
};

describe('Every experiment', () => {
  onBestBackend();

  for (const { name, presets, optimizers, defaults, choices, ...rest } of Object.values(
    EXPERIMENTS,
  )) {
    it(`makes each of its optimizers with each preset: ${name}`, () => {
      const before = tf.memory().numTensors;
      for (const preset of Object.keys(presets)) {
        for (const [optimizer, { lookahead }] of Object.entries(optimizers)) {
          expect(specOf(name, optimizer, preset).includes('lookahead(')).to.equal(lookahead);
        }
      }
      expect(tf.memory().numTensors).to.equal(before);
    });

    it(`has reported figures of optimizers by the names under which runs record them: ${name}`, () => {
      const { reported, claims = [] } = rest;
      for (const { optimizer } of [...reported, ...claims]) {
        // Those without a name by their specs, in canonical form.
        if (!(optimizer in optimizers)) expect(specOf(name, optimizer)).to.equal(optimizer);
      }
    });

    it(`names settings and optimizers that there are: ${name}`, () => {
      const settings = Object.keys(defaults.settings);
      for (const preset of Object.values(presets)) {
        expect(settings).to.include.members(Object.keys(preset.settings ?? {}));
        const named = Object.keys(preset.hyperparameters ?? {});
        expect(Object.keys(optimizers)).to.include.members(named);
      }
      const { rates, fromZero = [], positive = [], robustness } = rest;
      expect(settings).to.include.members([...Object.keys(choices), ...rates]);
      expect(settings).to.include.members([...fromZero, ...positive]);
      if (robustness) {
        expect(optimizers[robustness.inner].lookahead).to.equal(false);
        expect(optimizers[robustness.lookahead].lookahead).to.equal(true);
        // Two decades.
        const { rates } = robustness;
        expect(Math.max(...rates) / Math.min(...rates)).to.be.closeTo(100, 1e-9);
      }
    });
  }
});

describe('The article’s LSTM', () => {
  onBestBackend();

  it('can be had with gates and dropout masks of Keras 2.2, of today, and one of both', () => {
    const kindOf = (lstm: string) => {
      const request = {
        experiment: 'imdb',
        optimizer: 'adam',
        preset: 'smoke',
        settings: { lstm },
      };
      const model = EXPERIMENTS.imdb.build(resolveConfig(request));
      const { recurrentActivation, dropoutMasks } = model.getLayer('lstm').getConfig();
      model.dispose();
      return [recurrentActivation, dropoutMasks];
    };
    expect(EXPERIMENTS.imdb.choices.lstm.map(kindOf)).to.deep.equal([
      ['hardSigmoid', 'perGate'],
      ['hardSigmoid', 'shared'],
      ['sigmoid', 'perGate'],
      ['sigmoid', 'shared'],
    ]);
  });
});

describe('The hyperparameters', () => {
  onBestBackend();

  it('are the Lookahead paper’s on CIFAR, and PyTorch’s weight decay', () => {
    const sgd = (lr: string) =>
      `weight_decay(momentum(${lr}, momentum=0.9), 1e-3, decoupled=false)`;
    const paper = (optimizer: string) => specOf('cifar10', optimizer, 'paper');
    expect(paper('sgd')).to.equal(sgd('0.05'));
    expect(paper('lookahead-sgd')).to.equal(`lookahead(${sgd('0.1')}, k=5, alpha=0.8)`);
    expect(paper('adamw')).to.equal('weight_decay(adam(3e-4), 1)');
    expect(paper('polyak')).to.equal(`ema(${sgd('0.3')}, decay=0.999)`);
    const config = resolveConfig({ experiment: 'cifar10', optimizer: 'sgd', preset: 'paper' });
    expect(config).to.deep.include({ epochs: 200, batchSize: 128 });
    expect(config.schedule).to.deep.equal({ milestones: [60, 120, 160], gamma: 0.2 });
    expect(config.settings).to.include({ depth: 18, width: 64, augmentation: 'crop-flip' });
  });

  it('are Zaremba et al.’s in the standard preset of the Penn Treebank', () => {
    const config = resolveConfig({ experiment: 'ptb', optimizer: 'sgd', preset: 'standard' });
    expect(config).to.deep.include({ epochs: 13, batchSize: 20, lr: 1 });
    expect(config.settings).to.include({ units: 200, depth: 2, steps: 20, loss: 'summed' });
    // The first four epochs at 1, the fifth at 1/2, the thirteenth at 2^-9.
    const { milestones } = config.schedule as { milestones: number[] };
    expect([milestones[0], milestones.length]).to.deep.equal([4, 9]);
    expect(specOf('ptb', 'sgd', 'standard')).to.equal('clip(sgd(1), global_norm=5)');
    expect(specOf('ptb', 'lookahead-lazy-adam', 'standard')).to.equal(
      'lookahead(clip(lazy(adam(1e-3)), global_norm=5), k=10, alpha=0.5)',
    );
  });

  it('of ours are marked as ours', () => {
    expect(EXPERIMENTS.cifar10.optimizers['lookahead-adamw'].ours).to.be.a('string');
    expect(EXPERIMENTS.cifar10.optimizers.sgd.ours).to.equal(undefined);
    expect(EXPERIMENTS.ptb.optimizers['lookahead-sgd'].ours).to.be.a('string');
  });
});
