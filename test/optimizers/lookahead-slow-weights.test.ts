import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { Lookahead, WeightAveraging } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { step, variable } from '../support/optimizers.js';

/** A model of one weight, 0, and without a bias. */
const dense = () =>
  tfl.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' });

function sequential() {
  const layer = dense();
  return { model: tfl.sequential({ layers: [layer] }) as tfl.LayersModel, layer };
}

function functional() {
  const layer = dense();
  const x = tfl.input({ shape: [1] });
  return { model: tfl.model({ inputs: x, outputs: layer.apply(x) as tfl.SymbolicTensor }), layer };
}

/** Whether the methods that a model evaluates by are those of its class. */
function evaluationsOf(model: tfl.LayersModel): string {
  const by = (model as { model?: tfl.LayersModel }).model ?? model;
  const own = ['testLoop', 'evaluateDataset'].filter((name) => Object.hasOwn(by, name));
  return ['tf.js’s own', 'half wrapped', 'wrapped'][own.length];
}

describe('Lookahead’s slow weights', () => {
  let input: tf.Tensor;
  let target: tf.Tensor;
  const loss = (model: tfl.LayersModel) => [model.evaluate(input, target)].flat()[0].dataSync()[0];
  beforeEach(() => {
    [input, target] = [tf.tensor2d([[1]]), tf.tensor2d([[1]])];
  });
  afterEach(() => tf.dispose([input, target]));

  onEachBackend(() => {
    it('evaluates on the slow weights and restores the fast ones, also when the callback fails', async () => {
      const optimizer = new Lookahead(tf.train.sgd(1), { k: 10 });
      const x = variable([3]);
      const read = () => x.dataSync()[0];
      step(optimizer, [x], [[1]]);
      expect(optimizer.withSlowWeights(read)).to.equal(3);
      expect(read()).to.equal(2);
      expect(
        await optimizer.withSlowWeights(async () => {
          await Promise.resolve();
          return optimizer.withSlowWeights(read);
        }),
      ).to.equal(3);
      expect(read()).to.equal(2);
      expect(() =>
        optimizer.withSlowWeights(() => {
          throw new Error('failed');
        }),
      ).to.throw('failed');
      expect(read()).to.equal(2);
      await optimizer.withSlowWeights(() => Promise.reject(new Error('failed'))).catch(() => {});
      expect(read()).to.equal(2);
      tf.dispose(x);
      optimizer.dispose();
    });

    it('stays on the slow weights until the last of several callbacks has ended', async () => {
      const optimizer = new Lookahead(tf.train.sgd(1), { k: 10 });
      const x = variable([3]);
      const read = () => x.dataSync()[0];
      step(optimizer, [x], [[1]]);
      const late = optimizer.withSlowWeights(async () => {
        await Promise.resolve();
        await Promise.resolve();
        return read();
      });
      // A thenable that is no Promise is waited for as well.
      const early = optimizer.withSlowWeights(() => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tested.
        then: (done: (value: number) => void) => done(read()),
      }));
      expect(await early).to.equal(3);
      expect(await late).to.equal(3);
      expect(read()).to.equal(2);
      tf.dispose(x);
      optimizer.dispose();
    });

    it('refuses a training step while the model holds the slow weights', () => {
      const optimizer = new Lookahead(tf.train.sgd(1));
      const x = variable([3]);
      step(optimizer, [x], [[1]]);
      expect(() => optimizer.withSlowWeights(() => step(optimizer, [x], [[1]]))).to.throw(
        'a training step would be undone',
      );
      expectClose(x.dataSync(), [2]);
      tf.dispose(x);
      optimizer.dispose();
    });

    it('brings fast and slow weights together on request, which is no step and leaves momentum as it is', () => {
      // Momentum 0.5, g = 1, lr 1, k = 3, alpha = 0.5, from 8. Step 1: s = 1, fast 7, slow 8; together 7.5.
      // Step 2: s = 1.5, fast 6. Step 3: s = 1.75, fast 4.25; the sync: 7.5 + 0.5 · (4.25 − 7.5) = 5.875,
      // and s is pulled back to 0 + 0.5 · 1.75.
      const optimizer = new Lookahead(tf.train.momentum(1, 0.5), { k: 3, momentum: 'pullback' });
      const x = variable([8]);
      const seen = () =>
        tf.tidy(() => {
          const slow = optimizer.withSlowWeights(() => x.dataSync()[0]);
          return [x.dataSync()[0], slow, optimizer.slots()[0].variables[0].read().dataSync()[0]];
        });
      step(optimizer, [x], [[1]]);
      optimizer.synchronize();
      expect(seen()).to.deep.equal([7.5, 7.5, 1]);
      step(optimizer, [x], [[1]]);
      expect(seen()).to.deep.equal([6, 7.5, 1.5]);
      step(optimizer, [x], [[1]]);
      expect(seen()).to.deep.equal([5.875, 5.875, 0.875]);
      tf.dispose(x);
      optimizer.dispose();
    });
  });

  it('evaluates on the slow weights after the model was compiled anew, with the same optimizer', async () => {
    // A tf.Sequential makes the model that it evaluates by anew in compile().
    for (const make of [sequential, functional]) {
      const { model, layer } = make();
      const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 100 });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const undo = optimizer.evaluateOnSlowWeights(model);
      for (const metrics of [[], ['mae']]) {
        model.compile({ optimizer, loss: 'meanSquaredError', metrics });
        const { history } = await model.fit(input, target, {
          ...{ epochs: 1, verbose: 0, validationData: [input, target] },
        });
        expect(history.val_loss).to.deep.equal([1]); // slow: (0 − 1)²
      }
      undo();
      expect(loss(model)).to.equal(0); // fast: from 0 to 1 in the first step
      expect(evaluationsOf(model)).to.equal('tf.js’s own');
      model.compile({ optimizer, loss: 'meanSquaredError' });
      expect(loss(model)).to.equal(0);
      expect(layer.getWeights()[0].dataSync()[0]).to.equal(1);
      optimizer.dispose();
    }
  });

  it('evaluates a recompiled model on its own weights, and undoes in any order', () => {
    for (const make of [sequential, functional]) {
      const { model, layer } = make();
      const optimizers = [1, 2].map(() => new Lookahead(tf.train.sgd(0.5), { k: 100 }));
      const compile = (optimizer: tf.Optimizer) =>
        model.compile({ optimizer, loss: 'meanSquaredError' });
      compile(optimizers[0]);
      const undo = optimizers[0].evaluateOnSlowWeights(model);
      step(optimizers[0], [layer.weights[0].read() as tf.Variable], [[-2]]);
      expect(loss(model)).to.equal(1); // slow: (0 − 1)²
      compile(optimizers[1]);
      expect(loss(model)).to.equal(0); // its own: (1 − 1)²
      const second = optimizers[1].evaluateOnSlowWeights(model);
      expect(evaluationsOf(model)).to.equal('wrapped');
      undo();
      undo();
      second();
      expect(evaluationsOf(model)).to.equal('tf.js’s own');
    }
  });

  it('undoes once: a second call leaves what was wrapped since in force', () => {
    const { model, layer } = sequential();
    const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 100 });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const undo = optimizer.evaluateOnSlowWeights(model);
    undo();
    optimizer.evaluateOnSlowWeights(model);
    step(optimizer, [layer.weights[0].read() as tf.Variable], [[-2]]); // from 0 to 1
    undo();
    expect(loss(model)).to.equal(1); // slow: (0 − 1)²
    optimizer.dispose();
  });

  it('ends with the optimizer: a model is evaluated on its own weights after dispose()', () => {
    for (const optimizer of [
      new Lookahead(tf.train.sgd(0.5)),
      new WeightAveraging(tf.train.sgd(0.5)),
    ]) {
      const { model, layer } = sequential();
      model.compile({ optimizer, loss: 'meanSquaredError' });
      if (optimizer instanceof Lookahead) optimizer.evaluateOnSlowWeights(model);
      else optimizer.evaluateOnAveragedWeights(model);
      step(optimizer, [layer.weights[0].read() as tf.Variable], [[-2]]); // from 0 to 1
      optimizer.dispose();
      expect(evaluationsOf(model)).to.equal('tf.js’s own');
      expect(loss(model)).to.equal(0); // (1 − 1)²
      expect(layer.getWeights()[0].dataSync()[0]).to.equal(1);
    }
  });

  it('refuses to use weights that were disposed, and leaves the model’s as they are', () => {
    const { model, layer } = sequential();
    const [slow, averaged] = [
      new Lookahead(tf.train.sgd(0.5)),
      new WeightAveraging(tf.train.sgd(0.5)),
    ];
    for (const optimizer of [slow, averaged]) {
      model.compile({ optimizer, loss: 'meanSquaredError' });
      step(optimizer, [layer.weights[0].read() as tf.Variable], [[-1]]); // by 0.5 each
      optimizer.dispose();
    }
    const uses = {
      'slow weights': [
        () => slow.withSlowWeights(() => 0),
        () => slow.synchronize(),
        () => slow.evaluateOnSlowWeights(model),
      ],
      'averaged weights': [
        () => averaged.withAveragedWeights(() => 0),
        () => averaged.evaluateOnAveragedWeights(model),
      ],
    };
    for (const [weights, each] of Object.entries(uses)) {
      for (const use of each) {
        expect(use).to.throw(
          `This optimizer was disposed, and its ${weights} with it: make a new one.`,
        );
      }
    }
    expect(layer.getWeights()[0].dataSync()[0]).to.equal(1);
  });

  it('refuses a model that is compiled with another optimizer, not one with a wrapper around this', () => {
    const { model } = sequential();
    const optimizer = new Lookahead(tf.train.sgd(0.5));
    model.compile({ optimizer: new Lookahead(tf.train.sgd(0.5)), loss: 'meanSquaredError' });
    expect(() => optimizer.evaluateOnSlowWeights(model)).to.throw(
      `Model "${model.name}" is compiled with another optimizer, so that the slow weights of this one`,
    );
    expect(evaluationsOf(model)).to.equal('tf.js’s own');
    model.compile({ optimizer: new WeightAveraging(optimizer), loss: 'meanSquaredError' });
    optimizer.evaluateOnSlowWeights(model);
    expect(evaluationsOf(model)).to.equal('wrapped');
  });

  it('says so when a variable was disposed, before anything is changed, and leaks nothing', () => {
    // SGD(1) from 3: fast weights 2, slow ones 3; half way between them would be 2.5.
    const [x, y] = [variable([3]), variable([3])];
    const slow = new Lookahead(tf.train.sgd(1));
    const averaged = new WeightAveraging(tf.train.sgd(0));
    for (const optimizer of [slow, averaged]) step(optimizer, [x, y], [[1], [1]]);
    const { name } = y;
    y.dispose();
    const before = tf.memory().numTensors;
    for (const use of [
      () => slow.withSlowWeights(() => 0),
      () => slow.synchronize(),
      () => averaged.withAveragedWeights(() => 0),
    ]) {
      expect(use).to.throw(`The variable "${name}" that this optimizer trains was disposed`);
      expect(x.dataSync()[0]).to.equal(2);
      expect(tf.memory().numTensors).to.equal(before);
    }
    x.dispose();
    for (const optimizer of [slow, averaged]) optimizer.dispose();
  });

  it('refuses to synchronize while a wrapper around has lent the model its averages', () => {
    // SGD(1) from 3: fast weights 2, slow ones 3, and their average with decay 0.5 is 2.5.
    const x = variable([3]);
    const lookahead = new Lookahead(tf.train.sgd(1), { k: 10 });
    const optimizer = new WeightAveraging(lookahead, { decay: 0.5 });
    const read = () => x.dataSync()[0];
    step(optimizer, [x], [[1]]);
    expect(() => optimizer.withAveragedWeights(() => lookahead.synchronize())).to.throw(
      'The model holds the averaged weights just now: synchronize() would be undone; wait for withAveragedWeights to end.',
    );
    expect([read(), lookahead.withSlowWeights(read)]).to.deep.equal([2, 3]);
    // One within the other gives back what it found, and then it can synchronize.
    const nested = () => [read(), lookahead.withSlowWeights(read), read()];
    expect(optimizer.withAveragedWeights(nested)).to.deep.equal([2.5, 3, 2.5]);
    lookahead.synchronize();
    expect(read()).to.equal(2.5);
    x.dispose();
    optimizer.dispose();
  });
});
