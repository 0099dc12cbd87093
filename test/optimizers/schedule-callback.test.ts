import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { learningRateOf } from '../../src/optimizers/learning-rate.js';
import {
  type PlateauCallbackOptions,
  reduceOnPlateauCallback,
  type ScheduleCallbackOptions,
  scheduleCallback,
} from '../../src/optimizers/schedule-callback.js';
import { ScheduledLearningRate } from '../../src/optimizers/scheduled.js';
import {
  constantRate,
  exponentialDecay,
  type Schedule,
  stepDecay,
} from '../../src/optimizers/schedules.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { OPTIMIZERS } from '../support/optimizers.js';

const mean = (_: tf.Tensor, output: tf.Tensor) => tf.mean(output);

/** A model w · x with w = 0 at first, whose loss is its mean output: at x = 1 the gradient is 1. */
function line(optimizer: tf.Optimizer, metrics: (typeof mean)[] = []): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' }),
    ],
  });
  model.compile({ optimizer, loss: mean, metrics });
  return model;
}

/** Keeps the model's weight after each batch. */
class Watch extends tfl.Callback {
  readonly seen: number[] = [];
  override async onBatchEnd(): Promise<void> {
    this.seen.push((this.model.getWeights()[0] as tf.Tensor).dataSync()[0]);
  }
}

/**
 * The weight after each step of a fit, of `batches` steps an epoch at x = 1. It validates at x = −1,
 * where the loss rises as w falls.
 */
async function weightsOfFit(
  model: tfl.LayersModel,
  callbacks: tfl.Callback[],
  { batches = 1, epochs = 1, initialEpoch = 0, validate = false } = {},
): Promise<number[]> {
  const watch = new Watch();
  const [x, y, away] = [tf.ones([batches, 1]), tf.zeros([batches, 1]), tf.fill([1, 1], -1)];
  try {
    await model.fit(x, y, {
      batchSize: 1,
      epochs,
      initialEpoch,
      verbose: 0,
      ...(validate ? { validationData: [away, tf.zeros([1, 1])] as [tf.Tensor, tf.Tensor] } : {}),
      callbacks: [...callbacks, watch],
    });
  } finally {
    tf.dispose([x, y, away]);
  }
  return watch.seen;
}

function discard(model: tfl.LayersModel): void {
  model.optimizer.dispose();
  model.dispose();
}

describe('scheduleCallback', () => {
  onEachBackend(() => {
    it('sets the rate of each step before it, from the first one on', async () => {
      // Rates 4, 2, 1, 0.5 over two epochs of two steps: w = −4, −6, −7, −7.5.
      const model = line(tf.train.sgd(77));
      const callback = scheduleCallback(exponentialDecay(4, { gamma: 0.5 }));
      expectClose(
        await weightsOfFit(model, [callback], { batches: 2, epochs: 2 }),
        [-4, -6, -7, -7.5],
      );
      discard(model);
    });

    it("counts the optimizer's steps, so that a second fit goes on", async () => {
      const model = line(tf.train.sgd(77));
      const callback = () => scheduleCallback(exponentialDecay(4, { gamma: 0.5 }));
      await weightsOfFit(model, [callback()], { batches: 2 });
      expectClose(await weightsOfFit(model, [callback()], { batches: 2 }), [-7, -7.5]);
      discard(model);
    });

    it('sets the rate of each epoch before its first step with per: epoch', async () => {
      // Epochs 0, 1, 2 at 4, 2, 1, with two steps each.
      const model = line(tf.train.sgd(77));
      const callback = scheduleCallback(exponentialDecay(4, { gamma: 0.5 }), { per: 'epoch' });
      const seen = await weightsOfFit(model, [callback], { batches: 2, epochs: 3 });
      expectClose(seen, [-4, -8, -10, -12, -13, -14]);
      discard(model);
    });

    it("counts epochs from fit's initialEpoch", async () => {
      const model = line(tf.train.sgd(77));
      const callback = scheduleCallback(exponentialDecay(4, { gamma: 0.5 }), { per: 'epoch' });
      expectClose(await weightsOfFit(model, [callback], { epochs: 3, initialEpoch: 1 }), [-2, -3]);
      discard(model);
    });

    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      it(`sets the rate of ${name}, alone and within wrappers`, async () => {
        // From step 2 on the rate is 0: only what RMSProp carries of earlier steps moves w then.
        const schedule: Schedule = (step) => (step < 2 ? 0.25 : 0);
        for (const wrap of [
          (inner: tf.Optimizer) => inner,
          (inner: tf.Optimizer) => new Lookahead(inner, { k: 100 }),
        ]) {
          const model = line(wrap(make()));
          const seen = await weightsOfFit(model, [scheduleCallback(schedule)], { batches: 4 });
          expect(seen[0]).to.be.below(-0.001 * 0.25);
          expect(seen[1]).to.be.below(seen[0]);
          if (name !== 'rmsprop with momentum') {
            expect(seen.slice(2)).to.deep.equal([seen[1], seen[1]]);
          }
          expect(learningRateOf(model.optimizer)).to.equal(0);
          discard(model);
        }
      });
    }

    it('reaches the table of a LazyOptimizer within Lookahead', async () => {
      // Row 1 is looked up in each step, gradient 1, rates 4, 2, 0: 0 → −4, −6, −6; the sync at k = 2
      // halves −6 to −3.
      const embedding = tfl.layers.embedding({
        inputDim: 5,
        outputDim: 1,
        inputLength: 1,
        embeddingsInitializer: 'zeros',
      });
      const model = tfl.sequential({ layers: [embedding, tfl.layers.flatten()] });
      const lazy = new LazyOptimizer(tf.train.sgd(77), { embeddingLayers: [embedding] });
      model.compile({ optimizer: new Lookahead(lazy, { k: 2 }), loss: mean });
      const [x, y] = [tf.ones([3, 1]), tf.zeros([3, 1])];
      const seen: number[][] = [];
      class Rows extends tfl.Callback {
        override async onBatchEnd(): Promise<void> {
          seen.push(Array.from((model.getWeights()[0] as tf.Tensor).dataSync()));
        }
      }
      const rates = [4, 2, 0];
      await model.fit(x, y, {
        batchSize: 1,
        verbose: 0,
        callbacks: [scheduleCallback((step) => rates[step]), new Rows()],
      });
      expect(seen).to.deep.equal([
        [0, -4, 0, 0, 0],
        [0, -3, 0, 0, 0],
        [0, -3, 0, 0, 0],
      ]);
      tf.dispose([x, y]);
      discard(model);
    });

    it('leaks no tensor', async () => {
      const model = line(tf.train.momentum(1, 0.5));
      const callback = () => [
        scheduleCallback(stepDecay(0.1, { every: 2 })),
        reduceOnPlateauCallback({ monitor: 'loss', patience: 1 }),
      ];
      await weightsOfFit(model, callback(), { batches: 3, epochs: 2 });
      const before = tf.memory().numTensors;
      await weightsOfFit(model, callback(), { batches: 3, epochs: 2 });
      expect(tf.memory().numTensors).to.equal(before);
      discard(model);
    });

    it('is refused by a sentence beside a schedule of the optimizer itself', async () => {
      const model = line(new ScheduledLearningRate(tf.train.sgd(1), constantRate(1)));
      let message = '';
      await weightsOfFit(model, [scheduleCallback(constantRate(2))]).catch((error: Error) => {
        message = error.message;
      });
      expect(message).to.match(/^This optimizer follows a schedule/);
      discard(model);
    });
  });

  it('is refused by a sentence for arguments that are none', () => {
    const per = { per: 'batch' } as unknown as ScheduleCallbackOptions;
    expect(() => scheduleCallback(constantRate(1), per)).to.throw(
      RangeError,
      'per is one of step, epoch, not "batch".',
    );
    expect(() => scheduleCallback(0.1 as unknown as Schedule)).to.throw(
      TypeError,
      'A schedule is a function',
    );
  });
});

describe('reduceOnPlateauCallback', () => {
  onEachBackend(() => {
    it('reduces the rate from the next epoch on when validation stops getting better', async () => {
      // val_loss = −w rises all the time: the best is epoch 0's, and each epoch after it halves the
      // rate of the next. Rates 1, 1, 0.5, 0.25.
      const model = line(tf.train.sgd(1));
      const callback = reduceOnPlateauCallback({ factor: 0.5, patience: 1 });
      const seen = await weightsOfFit(model, [callback], { epochs: 4, validate: true });
      expectClose(seen, [-1, -2, -2.5, -2.75]);
      expect(learningRateOf(model.optimizer)).to.equal(0.125);
      discard(model);
    });

    it('leaves the rate alone while the metric gets better', async () => {
      const model = line(tf.train.sgd(1));
      const callback = reduceOnPlateauCallback({ monitor: 'loss', patience: 1 });
      expectClose(await weightsOfFit(model, [callback], { epochs: 4 }), [-1, -2, -3, -4]);
      discard(model);
    });

    it('takes a metric with acc in its name for one that should rise', async () => {
      // It is w itself, which falls; by that of epoch 1 the rate is halved.
      const acc = (_: tf.Tensor, output: tf.Tensor) => tf.mean(output);
      for (const { mode, expected } of [
        { mode: undefined, expected: [-1, -2, -2.5] },
        { mode: 'min', expected: [-1, -2, -3] },
      ] as { mode?: 'min'; expected: number[] }[]) {
        const model = line(tf.train.sgd(1), [acc]);
        const options = { monitor: 'acc', factor: 0.5, patience: 1, mode };
        const callback = reduceOnPlateauCallback(options);
        expectClose(await weightsOfFit(model, [callback], { epochs: 3 }), expected);
        discard(model);
      }
    });

    it('goes with earlyStopping on the same metric, in either order, and through wrappers', async () => {
      for (const swap of [false, true]) {
        const model = line(new Lookahead(tf.train.sgd(1), { k: 100 }));
        const callbacks = [
          reduceOnPlateauCallback({ factor: 0.5, patience: 1 }),
          tfl.callbacks.earlyStopping({ monitor: 'val_loss', patience: 3 }) as tfl.Callback,
        ];
        // Epochs 1, 2 and 3 are no better than epoch 0: fit stops after four of them.
        const seen = await weightsOfFit(model, swap ? callbacks.reverse() : callbacks, {
          epochs: 9,
          validate: true,
        });
        expectClose(seen, [-1, -2, -2.5, -2.75]);
        discard(model);
      }
    });

    it('begins each fit with a best of its own and the rate of the optimizer', async () => {
      const model = line(tf.train.sgd(1));
      const callback = reduceOnPlateauCallback({ factor: 0.5, patience: 1 });
      await weightsOfFit(model, [callback], { epochs: 2, validate: true });
      // w = −2, rate 0.5: its first epoch is a new best, though worse than the last fit's.
      const seen = await weightsOfFit(model, [callback], { epochs: 3, validate: true });
      expectClose(seen, [-2.5, -3, -3.25]);
      discard(model);
    });

    it('is refused by a sentence before training when the metric is not computed', async () => {
      const model = line(tf.train.sgd(1));
      let message = '';
      await weightsOfFit(model, [reduceOnPlateauCallback()]).catch((error: Error) => {
        message = error.message;
      });
      expect(message).to.equal(
        'There is no metric "val_loss" to reduce the learning rate on, only loss: give fit validationData, or another monitor.',
      );
      expect((model.getWeights()[0] as tf.Tensor).dataSync()[0]).to.equal(0);
      discard(model);
    });
  });

  it('is refused by a sentence for options out of range', () => {
    const options = { factor: 2 } as PlateauCallbackOptions;
    expect(() => reduceOnPlateauCallback(options)).to.throw(
      RangeError,
      'factor is a number between 0 and 1, not 2.',
    );
  });
});
