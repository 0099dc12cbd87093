import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { learningRateOf, setLearningRate } from '../../src/optimizers/learning-rate.js';
import { ScheduledLearningRate } from '../../src/optimizers/scheduled.js';
import { stepDecay } from '../../src/optimizers/schedules.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';

const MADE_WITH: Record<string, (rate: number) => tf.Optimizer> = {
  sgd: (rate) => tf.train.sgd(rate),
  momentum: (rate) => tf.train.momentum(rate, 0.9),
  nesterov: (rate) => tf.train.momentum(rate, 0.9, true),
  rmsprop: (rate) => tf.train.rmsprop(rate),
  'rmsprop with momentum': (rate) => tf.train.rmsprop(rate, 0.9, 0.9),
  adagrad: (rate) => tf.train.adagrad(rate),
  adadelta: (rate) => tf.train.adadelta(rate),
  adam: (rate) => tf.train.adam(rate),
  adamax: (rate) => tf.train.adamax(rate),
};

/** An optimizer that is not tf.js's: w ← w − rate · g. */
class Foreign extends tf.Optimizer {
  static className = 'Foreign';
  override applyGradients(): void {}
  override getConfig() {
    return {};
  }
}

class WithField extends Foreign {
  learningRate = 0.1;
}

class WithMethod extends Foreign {
  private rate = 0.1;
  get learningRate(): number {
    return this.rate;
  }
  setLearningRate(value: number): void {
    this.rate = value;
  }
}

describe('The learning rate', () => {
  onEachBackend(() => {
    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      it(`of ${name} is that of the very next step after it is set`, () => {
        // A step moves the weight by rate · u, with u free of the rate. Only RMSProp's momentum
        // holds earlier steps with their rates: its step is 0.9 · (the last one) + rate · u.
        const carried = name === 'rmsprop with momentum' ? 0.9 : 0;
        const gradients = [[0.5], [-1], [0.25]];
        const [untouched, changed] = [make(), make()];
        const [a, b] = [variable([1]), variable([1])];
        const [a1, a2, a3] = trajectory(untouched, a, gradients).flat();
        const [, b2] = trajectory(changed, b, gradients.slice(0, 2)).flat();
        expect(b2, 'before the change').to.equal(a2);
        setLearningRate(changed, 3 * learningRateOf(untouched));
        step(changed, [b], [gradients[2]]);
        const last = carried * (a2 - a1);
        const expected = a2 + last + 3 * (a3 - a2 - last);
        expectClose(b.dataSync(), [expected], { rtol: 1e-5, atol: 1e-6 });
        expect(Math.abs(expected - a3), 'a difference that can be seen').to.be.above(1e-3);
        expect(learningRateOf(changed)).to.equal(3 * learningRateOf(untouched));
        tf.dispose([a, b]);
        untouched.dispose();
        changed.dispose();
      });
    }

    it('set before the first step is bit for bit that of an optimizer made with it', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(MADE_WITH)),
          fc.double({ min: 0, max: 2, noNaN: true }),
          fc.array(fc.float({ noNaN: true, min: -10, max: 10 }), { minLength: 1, maxLength: 4 }),
          (name, rate, gradients) => {
            const [made, set] = [MADE_WITH[name](rate), OPTIMIZERS[name]()];
            setLearningRate(set, rate);
            const [a, b] = [variable([1]), variable([1])];
            for (const gradient of gradients) {
              step(made, [a], [[gradient]]);
              step(set, [b], [[gradient]]);
              expect(bits(b)).to.deep.equal(bits(a));
            }
            expect(learningRateOf(set)).to.equal(rate);
            expect(set.getConfig()).to.deep.equal(made.getConfig());
            tf.dispose([a, b]);
            made.dispose();
            set.dispose();
          },
        ),
        { numRuns: 60 },
      );
    });

    it('leaks no tensor, inside a tidy or out of it, and survives the tidy it is set in', () => {
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const optimizer = make();
        const x = variable([1]);
        step(optimizer, [x], [[1]]);
        const before = tf.memory().numTensors;
        for (let i = 1; i <= 5; i++) {
          setLearningRate(optimizer, i / 10);
          tf.tidy(() => setLearningRate(optimizer, i / 100));
          step(optimizer, [x], [[1]]);
        }
        expect(tf.memory().numTensors, name).to.equal(before);
        x.dispose();
        optimizer.dispose();
      }
    });
  });

  describe('through wrappers', () => {
    onBestBackend();

    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      it(`reaches ${name} within Lookahead and LazyOptimizer`, () => {
        const table = variable([1, 2, 3, 4], [2, 2]);
        const inner = make();
        const optimizer = new Lookahead(new LazyOptimizer(inner, { embeddingLayers: [table] }));
        expect(learningRateOf(optimizer)).to.equal(learningRateOf(inner));
        setLearningRate(optimizer, 0.3);
        expect(learningRateOf(inner)).to.equal(0.3);
        expect(learningRateOf(optimizer)).to.equal(0.3);
        setLearningRate(optimizer, 0);
        // At a rate of 0 no optimizer moves anything that has no momentum yet.
        step(optimizer, [table], [[1, 1, 0, 0]]);
        expect(Array.from(table.dataSync())).to.deep.equal([1, 2, 3, 4]);
        table.dispose();
        optimizer.dispose();
      });
    }

    it('is refused where a schedule would undo it, at any depth', () => {
      const scheduled = new ScheduledLearningRate(tf.train.sgd(1), stepDecay(1, { every: 2 }));
      for (const optimizer of [scheduled, new Lookahead(scheduled)]) {
        expect(() => setLearningRate(optimizer, 0.5)).to.throw(
          Error,
          'This optimizer follows a schedule, which sets the learning rate anew',
        );
      }
      scheduled.dispose();
    });
  });

  describe("of an optimizer that is not tf.js's", () => {
    onBestBackend();

    it('is set by its setLearningRate', () => {
      const optimizer = new WithMethod();
      setLearningRate(new Lookahead(optimizer), 0.7);
      expect(learningRateOf(new Lookahead(optimizer))).to.equal(0.7);
    });

    it('is its own numeric field learningRate without that', () => {
      const optimizer = new WithField();
      setLearningRate(optimizer, 0.7);
      expect(optimizer.learningRate).to.equal(0.7);
      expect(learningRateOf(optimizer)).to.equal(0.7);
    });

    it('is refused by a sentence where there is neither', () => {
      expect(() => setLearningRate(new Lookahead(new Foreign()), 0.7)).to.throw(
        TypeError,
        'There is no way to set the learning rate of Foreign: give it a method setLearningRate(value)',
      );
      expect(() => learningRateOf(new Foreign())).to.throw(
        TypeError,
        'Foreign does not show its learning rate',
      );
    });
  });

  describe('out of range', () => {
    onBestBackend();

    for (const value of [-0.1, Number.NaN, Number.POSITIVE_INFINITY, '0.1', null]) {
      it(`${JSON.stringify(value)} (${value}) is refused and changes nothing`, () => {
        const optimizer = tf.train.sgd(0.1);
        expect(() => setLearningRate(optimizer, value as number)).to.throw(
          RangeError,
          `A learning rate is a finite number of at least 0, not ${value}.`,
        );
        expect(learningRateOf(optimizer)).to.equal(0.1);
        optimizer.dispose();
      });
    }
  });
});
