import { expect } from 'chai';
import { adam } from '../../src/optimizers/adam.js';
import { learningRateOf } from '../../src/optimizers/learning-rate.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { ScheduledLearningRate } from '../../src/optimizers/scheduled.js';
import { constantRate } from '../../src/optimizers/schedules.js';
import { rateAfter, rateSetter } from '../../src/training/rate-schedule.js';
import type { EpochMetrics } from '../../src/training/results.js';
import { onBestBackend } from '../support/backends.js';

const losses = (...values: number[]) => values.map((valLoss) => ({ valLoss }) as EpochMetrics);

describe('The learning rate of an epoch', () => {
  onBestBackend();

  it('falls after each milestone’s epoch', () => {
    const rate = (epochs: number) =>
      rateAfter({ milestones: [2, 3], gamma: 0.2 }, 1, losses(...Array(epochs).fill(1)));
    // After two epochs a fifth, after three a fifth of that.
    expect([0, 1, 2, 3, 9].map(rate)).to.deep.equal([1, 1, 0.2, 0.2 ** 2, 0.2 ** 2]);
  });

  it('falls when the validation loss has not fallen for so many epochs', () => {
    const rate = (...values: number[]) =>
      rateAfter({ factor: 0.5, patience: 2 }, 1, losses(...values));
    expect(rate(3, 2, 1)).to.equal(1);
    expect(rate(3, 4)).to.equal(1);
    expect(rate(3, 4, 3)).to.equal(0.5);
    expect(rate(3, 4, 3, 2, 2, 2)).to.equal(0.25);
  });

  it('is set through all wrappers, but not where the spec has a schedule of its own', () => {
    const optimizer = new Lookahead(adam(0.1));
    const set = rateSetter(optimizer, { milestones: [1], gamma: 0.5 });
    set(losses(1));
    expect(learningRateOf(optimizer)).to.equal(0.05);
    // From the first rate again, not from the last: it depends on the epochs alone.
    set(losses(1));
    expect(learningRateOf(optimizer)).to.equal(0.05);
    const own = new ScheduledLearningRate(adam(1), constantRate(0.3));
    rateSetter(own, { milestones: [1], gamma: 0.5 })(losses(1));
    expect(learningRateOf(own)).to.equal(0.3);
  });
});
