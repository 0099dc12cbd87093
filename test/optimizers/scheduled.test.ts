import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import fc from 'fast-check';
import { makeSparse, sparseGradient } from '../../src/embedding/sparse-gradient.js';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { learningRateOf, setLearningRate } from '../../src/optimizers/learning-rate.js';
import { ScheduledLearningRate } from '../../src/optimizers/scheduled.js';
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  multiStepDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from '../../src/optimizers/schedules.js';
import type { NamedTensor } from '../../src/optimizers/state.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';

/** An optimizer that keeps the list of gradients it was given. */
class Recorder extends tf.Optimizer {
  static className = 'Recorder';
  learningRate = 1;
  given: NamedTensor[] = [];
  override applyGradients(gradients: tf.NamedTensorMap | NamedTensor[]): void {
    this.given = gradients as NamedTensor[];
  }
  override getConfig() {
    return {};
  }
}

describe('ScheduledLearningRate', () => {
  onEachBackend(() => {
    it('takes step t, counted from 0, at the rate schedule(t)', () => {
      // g = 1 with SGD: each step goes down by its rate, 0.4, 0.4, 0.2, 0.2, 0.1.
      const schedule = stepDecay(0.4, { every: 2, gamma: 0.5 });
      const optimizer = new ScheduledLearningRate(tf.train.sgd(77), schedule);
      const x = variable([0]);
      const values = trajectory(optimizer, x, Array(5).fill([1])).flat();
      expectClose(values, [-0.4, -0.8, -1, -1.2, -1.3], { atol: 1e-7 });
      x.dispose();
      optimizer.dispose();
    });

    it('is bit for bit any optimizer whose rate is set by hand before each step', () => {
      const gradient = fc.float({ noNaN: true, min: -10, max: 10 });
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(OPTIMIZERS)),
          fc.array(fc.tuple(gradient, fc.double({ min: 0, max: 1, noNaN: true })), {
            minLength: 1,
            maxLength: 6,
          }),
          (name, steps) => {
            const inner = OPTIMIZERS[name]();
            const optimizer = new ScheduledLearningRate(OPTIMIZERS[name](), (t) => steps[t][1]);
            const [a, b] = [variable([1]), variable([1])];
            for (const [g, rate] of steps) {
              setLearningRate(inner, rate);
              step(inner, [a], [[g]]);
              step(optimizer, [b], [[g]]);
              expect(bits(b)).to.deep.equal(bits(a));
            }
            tf.dispose([a, b]);
            inner.dispose();
            optimizer.dispose();
          },
        ),
        { numRuns: 40 },
      );
    });

    it('goes on where the schedule was when its state is loaded', async () => {
      const gradients = Array.from({ length: 6 }, (_, t) => [Math.cos(t)]);
      const make = () =>
        new ScheduledLearningRate(tf.train.adam(1), warmUp(3, cosineDecay(0.1, { steps: 5 })));
      const [through, stopped, resumed] = [make(), make(), make()];
      const [a, b] = [variable([1]), variable([1])];
      trajectory(through, a, gradients);
      trajectory(stopped, b, gradients.slice(0, 4));
      await resumed.setWeights(await stopped.getWeights());
      expect(learningRateOf(resumed)).to.equal(learningRateOf(stopped));
      trajectory(resumed, b, gradients.slice(4));
      expect(bits(b)).to.deep.equal(bits(a));
      tf.dispose([a, b]);
      for (const optimizer of [through, stopped, resumed]) optimizer.dispose();
    });

    it('leaks no tensor in a step, and leaves none when disposed', () => {
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const x = variable([1]);
        const start = tf.memory().numTensors;
        const optimizer = new ScheduledLearningRate(make(), exponentialDecay(0.1, { gamma: 0.5 }));
        step(optimizer, [x], [[1]]);
        const before = tf.memory().numTensors;
        trajectory(optimizer, x, Array(5).fill([1]));
        expect(tf.memory().numTensors, name).to.equal(before);
        optimizer.dispose();
        const left = tf.memory().numTensors - start;
        // Some optimizers of tf.js keep scalars when they are disposed: no more than without us.
        const alone = make();
        step(alone, [x], [[1]]);
        alone.dispose();
        expect(left, name).to.be.at.most(tf.memory().numTensors - start - left);
        x.dispose();
      }
    });
  });

  describe('around and within other wrappers', () => {
    onBestBackend();

    it('scales the fast steps of Lookahead, on either side of it', () => {
      // Rates 4, 2, 1, 0.5, g = 1, k = 2, alpha = 0.5:
      // 0 → −4 → −6, half of it −3 → −4 → −4.5, −3 + (−1.5) / 2 = −3.75.
      const schedule = exponentialDecay(4, { gamma: 0.5 });
      for (const optimizer of [
        new ScheduledLearningRate(new Lookahead(tf.train.sgd(1), { k: 2 }), schedule),
        new Lookahead(new ScheduledLearningRate(tf.train.sgd(1), schedule), { k: 2 }),
      ]) {
        const x = variable([0]);
        const values = trajectory(optimizer, x, Array(4).fill([1])).flat();
        expectClose(values, [-4, -3, -4, -3.75]);
        x.dispose();
        optimizer.dispose();
      }
    });

    it('begins anew at each sync of a Lookahead with the reset policy, but not around it', () => {
      // Rates 4, 2, 1, …, alpha = 1, so that x only goes down by the rates.
      const schedule = exponentialDecay(4, { gamma: 0.5 });
      const options = { k: 2, alpha: 1, momentum: 'reset' } as const;
      for (const { optimizer, expected } of [
        {
          optimizer: new Lookahead(new ScheduledLearningRate(tf.train.sgd(1), schedule), options),
          expected: [-4, -6, -10, -12],
        },
        {
          optimizer: new ScheduledLearningRate(new Lookahead(tf.train.sgd(1), options), schedule),
          expected: [-4, -6, -7, -7.5],
        },
      ]) {
        const x = variable([0]);
        expectClose(trajectory(optimizer, x, Array(4).fill([1])).flat(), expected);
        x.dispose();
        optimizer.dispose();
      }
    });

    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      it(`gives ${name} the same steps wherever it stands around a LazyOptimizer`, () => {
        const schedule = warmUp(2, stepDecay(0.2, { every: 2 }));
        const scheduled = (inner: tf.Optimizer) => new ScheduledLearningRate(inner, schedule);
        const lookahead = (inner: tf.Optimizer) => new Lookahead(inner, { k: 3 });
        const runs = [
          (table: tf.Variable) =>
            scheduled(lookahead(new LazyOptimizer(make(), { embeddingLayers: [table] }))),
          (table: tf.Variable) =>
            lookahead(scheduled(new LazyOptimizer(make(), { embeddingLayers: [table] }))),
        ].map((wrap) => {
          const table = variable([1, 2, 3, 4], [4, 1]);
          const optimizer = wrap(table);
          const ids = [
            [0, 1],
            [1, 1],
            [2, 0],
            [0, 2],
            [1, 0],
          ];
          for (const batch of ids) {
            optimizer.minimize(
              () =>
                tf.tidy(() => {
                  const rows = tf.gather(table, tf.tensor1d(batch, 'int32'));
                  return tf.sum(tf.square(rows)) as tf.Scalar;
                }),
              false,
              [table],
            );
          }
          const values = Array.from(table.dataSync());
          optimizer.dispose();
          table.dispose();
          return values;
        });
        expectClose(runs[1], runs[0]);
        expect(runs[0][3], 'a row never sampled').to.equal(4);
        expect(Math.abs(runs[0][0] - 1), 'a row that moved').to.be.above(1e-3);
      });
    }

    it('hands every gradient on untouched: sparse ones with their ids, and those that are missing', () => {
      const inner = new Recorder();
      const optimizer = new ScheduledLearningRate(inner, constantRate(0.5));
      const [table, x, y] = [variable([1, 2, 3, 4], [4, 1]), variable([1]), variable([2])];
      const sparse = makeSparse(Int32Array.of(2, 0), tf.tensor2d([[5], [6]]), 4);
      const dense = tf.tensor1d([7]);
      optimizer.applyGradients([
        { name: table.name, tensor: sparse },
        { name: x.name, tensor: dense },
        { name: y.name, tensor: null as unknown as tf.Tensor },
      ]);
      expect(inner.given.map(({ name }) => name)).to.deep.equal([table.name, x.name, y.name]);
      expect(inner.given[0].tensor).to.equal(sparse);
      expect(sparseGradient(inner.given[0].tensor)?.ids).to.deep.equal(Int32Array.of(2, 0));
      expect(inner.given[1].tensor).to.equal(dense);
      expect(inner.given[2].tensor).to.equal(null);
      expect(inner.learningRate).to.equal(0.5);
      tf.dispose([table, x, y, sparse, dense]);
    });

    it('shows the rate of its next step', () => {
      const optimizer = new ScheduledLearningRate(
        tf.train.sgd(1),
        exponentialDecay(4, { gamma: 0.5 }),
      );
      const x = variable([0]);
      expect(learningRateOf(optimizer)).to.equal(4);
      step(optimizer, [x], [[1]]);
      expect(learningRateOf(new Lookahead(optimizer))).to.equal(2);
      optimizer.resetState();
      expect(learningRateOf(optimizer)).to.equal(4);
      x.dispose();
      optimizer.dispose();
    });
  });

  describe('saved and loaded', () => {
    onBestBackend();

    for (const schedule of [
      constantRate(0.1),
      stepDecay(0.1, { every: 2, gamma: 0.5 }),
      multiStepDecay(0.1, { milestones: [1, 3] }),
      exponentialDecay(0.1, { gamma: 0.9 }),
      cosineDecay(0.1, { steps: 6, final: 0.01 }),
      warmUp(3, multiStepDecay(0.1, { milestones: [2, 4] })),
    ]) {
      it(`with its model goes on bit for bit: ${JSON.stringify(schedule.config)}`, async () => {
        const [through, stopped] = [tinyModel(), tinyModel()];
        for (const model of [through, stopped]) {
          const optimizer = new ScheduledLearningRate(
            new Lookahead(tf.train.adam(5), { k: 2 }),
            schedule,
          );
          model.compile({ optimizer, loss: 'meanSquaredError' });
          await train(model);
        }
        const resumed = await saveAndLoad(stopped);
        for (const model of [through, resumed]) await train(model);
        const weights = (model: tfl.LayersModel) => model.getWeights().map(bits);
        expect(weights(resumed)).to.deep.equal(weights(through));
        expect(weights(resumed)).not.to.deep.equal(weights(stopped));
        for (const model of [through, stopped, resumed]) {
          model.optimizer.dispose();
          model.dispose();
        }
      });
    }

    it('is refused by a sentence for a schedule written by hand', () => {
      const optimizer = new ScheduledLearningRate(tf.train.sgd(1), (t) => 1 / (t + 1));
      expect(() => optimizer.getConfig()).to.throw(
        Error,
        'A schedule that was written by hand cannot be saved',
      );
      optimizer.dispose();
    });
  });

  describe('refuses by a sentence', () => {
    onBestBackend();

    it('a schedule that is no function', () => {
      expect(() => new ScheduledLearningRate(tf.train.sgd(1), 0.1 as unknown as Schedule)).to.throw(
        TypeError,
        'A schedule is a function from the step to the learning rate',
      );
    });

    it('an optimizer whose rate cannot be set', () => {
      class Fixed extends Recorder {
        static override className = 'Fixed';
        override learningRate = undefined as unknown as number;
      }
      expect(() => new ScheduledLearningRate(new Fixed(), constantRate(1))).to.throw(
        TypeError,
        'There is no way to set the learning rate of Fixed',
      );
    });

    it('a second schedule, at any depth', () => {
      const inner = new Lookahead(new ScheduledLearningRate(tf.train.sgd(1), constantRate(1)));
      expect(() => new ScheduledLearningRate(inner, constantRate(1))).to.throw(
        Error,
        'This optimizer follows a schedule',
      );
      inner.dispose();
    });

    it('a rate that is none, before anything has changed', () => {
      expect(() => new ScheduledLearningRate(tf.train.sgd(1), () => Number.NaN)).to.throw(
        RangeError,
        'The schedule gives NaN for step 0',
      );
      const optimizer = new ScheduledLearningRate(tf.train.sgd(1), (t) => 1 - 2 * t);
      const x = variable([0]);
      step(optimizer, [x], [[1]]);
      expect(() => step(optimizer, [x], [[1]])).to.throw(
        RangeError,
        'The schedule gives -1 for step 1',
      );
      expect(Array.from(x.dataSync())).to.deep.equal([-1]);
      expect(optimizer.iterations).to.equal(1);
      x.dispose();
      optimizer.dispose();
    });
  });
});

function tinyModel(): tfl.LayersModel {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 2 });
  return tfl.sequential({
    layers: [tfl.layers.dense({ units: 2, inputShape: [2], kernelInitializer })],
  });
}

const train = (model: tfl.LayersModel) => {
  const [x, y] = [
    tf.tensor2d([
      [1, 2],
      [3, -1],
      [0, 1],
    ]),
    tf.tensor2d([
      [1, 0],
      [0, 1],
      [1, 1],
    ]),
  ];
  return model
    .fit(x, y, { epochs: 1, batchSize: 1, shuffle: false, verbose: 0 })
    .finally(() => tf.dispose([x, y]));
};

async function saveAndLoad(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify(artifacts));
      saved!.weightData = artifacts.weightData;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: true },
  );
  return tfl.loadLayersModel(tf.io.fromMemory(saved!));
}
