import { expect } from 'chai';
import { Pace } from '../../src/sweeps/pace.js';
import { planTrials } from '../../src/sweeps/plan.js';

const trials = (request: object) =>
  planTrials({ experiment: 'imdb', preset: 'smoke', optimizers: ['adam'], ...request });

describe('Pace', () => {
  it('knows nothing before anything was seen', () => {
    const [trial] = trials({});
    expect(new Pace().secondsOf(trial)).to.equal(null);
    expect(new Pace().secondsLeft([trial], 2)).to.equal(null);
    expect(new Pace().secondsLeft([], 2)).to.equal(0);
  });

  it('tells a trial by another with other epochs, learning rate and seed', () => {
    const pace = new Pace();
    const [seen] = trials({ epochs: 2 });
    const [other] = trials({ epochs: 5, lr: 0.1, seeds: [9] });
    pace.addRun(seen, { seconds: 20, epochs: 2 });
    // 10 s an epoch.
    expect(pace.knows(other)).to.equal(true);
    expect(pace.secondsOf(other)).to.equal(50);
    expect(pace.knows(trials({ grid: { units: [64] } })[0])).to.equal(false);
  });

  it('tells a trial by its first steps and how long it took to come to them', () => {
    const pace = new Pace();
    const [trial] = trials({ epochs: 2 });
    pace.addSteps(trial, 0.05, 200);
    pace.addStart(3);
    pace.addStart(5);
    // 200 steps of 0.05 s, after 4 s.
    expect(pace.secondsOf(trial)).to.equal(14);
  });

  it('divides the rest among workers, but is no shorter than the longest trial', () => {
    const pace = new Pace();
    const [short] = trials({ epochs: 1 });
    const [long] = trials({ epochs: 8 });
    pace.addRun(short, { seconds: 1, epochs: 1 });
    expect(pace.secondsLeft([short, long], 2)).to.equal(8);
    expect(pace.secondsLeft([short, long], 1)).to.equal(9);
    // 3 s of the long one are over.
    expect(pace.secondsLeft([short, long], 1, new Map([[long.id, 3]]))).to.equal(6);
  });
});
