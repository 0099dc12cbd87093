import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { adam, LazyOptimizer, Lookahead, WeightAveraging } from '../../src/index.js';
import { onBestBackend } from '../support/backends.js';
import { rejection } from '../support/data-folders.js';
import { bits } from '../support/numbers.js';
import { step, variable } from '../support/optimizers.js';

describe('a loaded state', () => {
  onBestBackend();

  it('is refused by a step that names fewer variables, which would mix it up', async () => {
    const [x, y] = [variable([1]), variable([2])];
    for (const wrap of [Lookahead, WeightAveraging]) {
      const [source, target] = [1, 2].map(() => new wrap(tf.train.sgd(0.1)));
      step(source, [x, y], [[1], [1]]);
      await target.setWeights(await source.getWeights());
      expect(() => step(target, [y], [[1]])).to.throw(
        'The loaded optimizer state is of 2 variables, and this step names 1: train the same ones',
      );
      for (const optimizer of [source, target]) optimizer.dispose();
    }
    tf.dispose([x, y]);
  });

  it('that is not complete is refused, with the state left as it was and nothing leaked', async () => {
    const variables = [variable([1]), variable([2]), variable([3])];
    const train = (optimizer: tf.Optimizer) => step(optimizer, variables, [[1], [1], [1]]);
    const make = () =>
      new WeightAveraging(new Lookahead(adam(0.1), { k: 1, momentum: 'pullback' }), { decay: 0.5 });
    const [source, target] = [make(), make()];
    for (const optimizer of [source, source, target]) train(optimizer);
    const state = await source.getWeights();
    const read = async () => (await target.getWeights()).map(({ tensor }) => bits(tensor));
    const before = await read();
    const tensors = tf.memory().numTensors;
    const lookahead = 'WeightAveraging.Lookahead';
    for (const [lost, message] of [
      ['WeightAveraging/average:0', 'lacks average:0'],
      [`${lookahead}/slow:1`, 'lacks slow:1'],
      [
        `${lookahead}/slow:2`,
        `has 3 tensors of WeightAveraging/average and 2 of ${lookahead}/slow`,
      ],
      [`${lookahead}/pulledBack.accumulatedFirstMoment:1`, 'lacks pulledBack.'],
      [`${lookahead}.Adam/accumulatedFirstMoment:1`, 'lacks accumulatedFirstMoment:1'],
      [
        `${lookahead}.Adam/accumulatedSecondMoment:2`,
        `has 3 tensors of WeightAveraging/average and 2 of ${lookahead}.Adam/accumulatedSecondMoment`,
      ],
    ]) {
      const incomplete = state.filter(({ name }) => name !== lost);
      expect(incomplete, lost).to.have.length(state.length - 1);
      const { message: said } = await rejection(target.setWeights(incomplete));
      expect(said).to.contain(`The saved optimizer state ${message}`);
      expect(said).to.contain('it is not complete.');
      expect(await read()).to.deep.equal(before);
      expect(tf.memory().numTensors).to.equal(tensors);
    }
    await target.setWeights(state);
    train(target);
    for (const optimizer of [source, target]) optimizer.dispose();
    tf.dispose(variables);
  });

  it('of two lazy tables is refused where the second is not whole, and leaks nothing', async () => {
    const tables = [variable([1, 2], [2, 1]), variable([3, 4], [2, 1])];
    const make = () => new LazyOptimizer(adam(0.1), { embeddingLayers: tables });
    const [source, target] = [make(), make()];
    for (const optimizer of [source, target]) {
      const gradients = [
        [1, 0],
        [1, 0],
      ];
      step(optimizer, tables, gradients);
    }
    const state = await source.getWeights();
    await target.getWeights(); // makes the tensors that a state is shown in
    const tensors = tf.memory().numTensors;
    const second = 'LazyOptimizer/accumulatedFirstMoment:1';
    const short = tf.zeros([1, 1]);
    for (const [incomplete, message] of [
      [state.filter(({ name }) => name !== second), 'lacks accumulatedFirstMoment'],
      [
        state.map((each) => (each.name === second ? { ...each, tensor: short } : each)),
        'of a lazy table of shape [2,1] has accumulatedFirstMoment of shape [1,1]',
      ],
    ] as const) {
      expect((await rejection(target.setWeights([...incomplete]))).message).to.contain(message);
      await target.getWeights();
      expect(tf.memory().numTensors).to.equal(tensors + 1);
    }
    short.dispose();
    for (const optimizer of [source, target]) optimizer.dispose();
    tf.dispose(tables);
  });

  it('of a wrapper that has taken no step is taken, though the optimizer within has', async () => {
    const x = variable([1]);
    const make = () => adam(0.1);
    const [trained, fresh] = [make(), make()];
    step(trained, [x], [[1]]);
    const [source, target] = [trained, fresh].map((inner) => new Lookahead(inner));
    await target.setWeights(await source.getWeights());
    expect(bits(target.slots()[0].variables[0].read())).to.deep.equal(
      bits(source.slots()[0].variables[0].read()),
    );
    for (const optimizer of [source, target]) optimizer.dispose();
    x.dispose();
  });

  it('that is refused leaves everything as it was, whoever refuses it, and leaks nothing', async () => {
    const table = variable([1, 2, 3, 4], [2, 2]);
    const make = (moments: 'decay' | 'freeze') =>
      new Lookahead(new LazyOptimizer(adam(0.1), { embeddingLayers: [table], moments }), { k: 3 });
    const [frozen, decaying] = [make('freeze'), make('decay')];
    const train = (optimizer: tf.Optimizer) => step(optimizer, [table], [[1, 1, 0, 0]]);
    train(frozen);
    train(decaying);
    train(decaying);
    const state = async () => (await frozen.getWeights()).map(({ tensor }) => bits(tensor));
    const before = await state();
    const other = await decaying.getWeights();
    const tensors = tf.memory().numTensors;
    // Lookahead, which is asked first, would take the state; LazyOptimizer does not.
    expect((await rejection(frozen.setWeights(other))).message).to.contain("moments: 'decay'");
    expect(await state()).to.deep.equal(before);
    expect(frozen.iterations).to.equal(1);
    expect(tf.memory().numTensors).to.equal(tensors);
    train(frozen);
    for (const optimizer of [frozen, decaying]) optimizer.dispose();
    table.dispose();
  });
});
