import { expect } from 'chai';
import { pairedDifference } from '../../src/statistics/paired.js';

const bySeed = (values: number[], first = 1) =>
  new Map(values.map((value, i) => [first + i, value]));

describe('pairedDifference', () => {
  it("equals scipy's paired interval", () => {
    const adam = bySeed([0.8366, 0.8391, 0.8402, 0.8378, 0.8349]);
    const lazy = bySeed([0.8471, 0.8466, 0.849, 0.8481, 0.8442]);
    const { mean, sd, confidence, prediction, seeds } = pairedDifference(lazy, adam)!;
    expect(seeds).to.deep.equal([1, 2, 3, 4, 5]);
    // scipy 1.14.1: stats.ttest_rel(lazy, adam).confidence_interval(.95); for one more pair
    // stats.t.interval(.95, 4, mean, sd · √1.2).
    expect(mean).to.be.closeTo(0.00928, 1e-12);
    expect(sd).to.be.closeTo(0.001217374223482614, 1e-12);
    expect(confidence![0]).to.be.closeTo(0.007768430254360372, 1e-8);
    expect(confidence![1]).to.be.closeTo(0.010791569745639627, 1e-8);
    expect(prediction![0]).to.be.closeTo(0.005577425412554354, 1e-8);
    expect(prediction![1]).to.be.closeTo(0.012982574587445646, 1e-8);
  });

  it('pairs by seed, whatever the order, and leaves out the seeds that only one has', () => {
    const a = new Map([
      [3, 0.5],
      [1, 0.25],
      [7, 1],
    ]);
    const b = new Map([
      [1, 0],
      [3, 0.125],
      [9, 1],
    ]);
    const difference = pairedDifference(a, b)!;
    expect(difference.seeds).to.deep.equal([1, 3]);
    // (0.25 − 0 + 0.5 − 0.125) / 2.
    expect(difference.mean).to.equal(0.3125);
  });

  it('is nothing where no seed is in both', () => {
    expect(pairedDifference(bySeed([1]), bySeed([1], 5))).to.equal(null);
  });
});
