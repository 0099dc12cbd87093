import { expect } from 'chai';
import fc from 'fast-check';
import { reportEvery, type Scenario, simulate } from '../../../bench/scale/simulate.js';

function driverOf(result: number, report = 0): Scenario['driver'] {
  return [{ name: 'driver', result, report }];
}

/** Trials of 10 s where nothing else takes time or goes wrong. */
const ideal: Scenario = {
  ...{ trials: 12, workers: 4, seconds: [10], overhead: 0, driver: driverOf(0) },
  ...{ lossRate: 0, recovery: 0, retries: 3 },
};

describe('the simulation of a sweep', () => {
  it('takes one trial’s time for n trials on n workers', () => {
    const { makespan, trainingShare } = simulate({ ...ideal, workers: 12 });
    expect(makespan).to.equal(10);
    expect(trainingShare).to.equal(1);
  });

  it('takes n / w times a trial’s for equal trials on w workers', () => {
    // 12 / 4 = 3 rounds of 10 + 2 s, of which 10 are training.
    const { makespan, trainingShare } = simulate({ ...ideal, overhead: 2 });
    expect(makespan).to.equal(36);
    expect(trainingShare).to.be.closeTo(10 / 12, 1e-12);
  });

  it('adds up everything on one worker', () => {
    // 12 × (10 + 2 + 0.5) s; the driver is busy for 0.5 of every 12.5 s.
    const one = simulate({ ...ideal, workers: 1, overhead: 2, driver: driverOf(0.5) });
    expect(one.makespan).to.be.closeTo(150, 1e-9);
    expect(one.driverShare).to.be.closeTo(0.5 / 12.5, 1e-12);
  });

  it('takes the driver’s time for every trial where there are workers enough', () => {
    // 1,000 trials × 0.1 s; the first 10 s pass before the first result, when some 200 are sent.
    const { makespan, driverShare } = simulate({
      ...{ ...ideal, trials: 1000, workers: 1000, driver: driverOf(0.1) },
    });
    expect(makespan).to.be.within(100 - 1e-6, 110);
    expect(driverShare).to.be.above(0.9);
  });

  it('slows the driver down by what it spends on reports', () => {
    // 4 workers, a report each 0.5 s, 25 ms each: 4 / 0.5 × 0.025 = 20 % of its time.
    // On its own, a trial's 0.4 s then take 0.4 / 0.8 = 0.5 s.
    expect(reportEvery(4)).to.equal(0.5);
    const scenario = { ...ideal, trials: 4, seconds: [0], driver: driverOf(0.4, 0.025) };
    expect(simulate(scenario).makespan).to.be.closeTo(4 * 0.5, 1e-9);
  });

  it('waits for the slowest part of the driver, which reports may make another one', () => {
    const [fast, told] = [driverOf(0.2)[0], { name: 'relay', result: 0.1, report: 0.1 }];
    // 1 worker: 0.1 / 0.5 = 20 % for reports, 0.1 / 0.8 = 0.125 < 0.2. 4: 80 %, 0.1 / 0.2 = 0.5 > 0.2.
    const slowest = (workers: number) =>
      simulate({ ...ideal, workers, driver: [fast, told] }).slowest;
    expect([slowest(1), slowest(4)]).to.deep.equal(['driver', 'relay']);
  });

  it('keeps the driver from drowning in reports however many workers there are', () => {
    expect(reportEvery(10_000)).to.equal(50); // 10,000 / 50 = 200 reports a second
  });

  it('stays between the bounds of every schedule that leaves no worker idle', () => {
    const seconds = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 20 }), (times, workers) => {
        const { makespan } = simulate({ ...ideal, trials: times.length, workers, seconds: times });
        const sum = times.reduce((a, b) => a + b);
        const longest = Math.max(...times);
        // Below: the work divided, and the longest trial. Above: Graham 1966.
        expect(makespan).to.be.at.least(Math.max(sum / workers, longest) * (1 - 1e-9));
        const graham = sum / workers + (1 - 1 / workers) * longest;
        expect(makespan).to.be.at.most(graham * (1 + 1e-9));
      }),
    );
  });

  it('is no faster for more work or a slower driver', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, workers, driver) => {
          const { makespan } = simulate({ ...ideal, trials, workers, driver: driverOf(driver) });
          const more = simulate({
            ...ideal,
            trials: trials + 1,
            workers,
            driver: driverOf(driver),
          }).makespan;
          const slower = simulate({
            ...ideal,
            trials,
            workers,
            driver: driverOf(driver + 0.1),
          }).makespan;
          expect(more).to.be.at.least(makespan - 1e-9);
          expect(slower).to.be.at.least(makespan);
        },
      ),
    );
  });

  it('loses what renewal theory says', () => {
    // Losses at rate r, a trial of T that starts anew R after each: (1 / r + R)(exp(r T) − 1).
    // r = 0.05, T = 10, R = 3: (20 + 3)(e^0.5 − 1) = 14.92 s; its deviation is below 20 s, so that the
    // mean of 20,000 has one below 0.15 s.
    const scenario = { ...ideal, lossRate: 0.05, recovery: 3, retries: 1000 };
    const { makespan, failed } = simulate({ ...scenario, trials: 20_000, workers: 1 });
    expect(makespan / 20_000).to.be.closeTo(23 * (Math.exp(0.5) - 1), 0.5);
    expect(failed).to.equal(0);
  });

  it('gives a trial up that is lost more often than it is started again', () => {
    // Lost within a trial with 1 − e^−1 = 0.632; twice in a row, one retry: 0.632² = 0.3996.
    const lost = simulate({ ...ideal, trials: 20_000, lossRate: 0.1, retries: 1 });
    expect(lost.failed / 20_000).to.be.closeTo((1 - Math.exp(-1)) ** 2, 0.02);
  });
});
