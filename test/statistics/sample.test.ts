import { expect } from 'chai';
import fc from 'fast-check';
import { isIn, sampleOf } from '../../src/statistics/sample.js';

describe('sampleOf', () => {
  it('gives mean, deviation and intervals by hand for 1, 2, 3', () => {
    // sd = √((1 + 0 + 1) / 2) = 1 and t(0.975, 2) = 4.302653, so that the confidence interval is
    // 2 ± 4.302653 / √3 and the prediction interval 2 ± 4.302653 · √(4/3).
    const { n, mean, sd, confidence, prediction } = sampleOf([1, 2, 3])!;
    expect([n, mean, sd]).to.deep.equal([3, 2, 1]);
    expect(confidence![0]).to.be.closeTo(2 - 2.484138, 1e-6);
    expect(confidence![1]).to.be.closeTo(2 + 2.484138, 1e-6);
    expect(prediction![0]).to.be.closeTo(2 - 4.968275, 1e-6);
    expect(prediction![1]).to.be.closeTo(2 + 4.968275, 1e-6);
  });

  it("equals scipy's figures for five accuracies", () => {
    // scipy 1.14.1: x.std(ddof=1), stats.t.interval(.95, 4, mean, sd / √5 and sd · √1.2).
    const { mean, sd, confidence, prediction } = sampleOf([
      0.8366, 0.8391, 0.8402, 0.8378, 0.8349,
    ])!;
    expect(mean).to.be.closeTo(0.83772, 1e-12);
    expect(sd).to.be.closeTo(0.002077739155909599, 1e-12);
    expect(confidence![0]).to.be.closeTo(0.8351401460924488, 1e-8);
    expect(confidence![1]).to.be.closeTo(0.8402998539075512, 1e-8);
    expect(prediction![0]).to.be.closeTo(0.8314006743155742, 1e-8);
    expect(prediction![1]).to.be.closeTo(0.8440393256844259, 1e-8);
  });

  it('has no deviation and no interval with one value, and nothing without values', () => {
    const one = { n: 1, mean: 0.8, sd: null, confidence: null, prediction: null };
    expect(sampleOf([0.8])).to.deep.equal(one);
    expect(sampleOf([])).to.equal(null);
  });

  it('puts the mean in the confidence interval, and that in the prediction interval', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 20 }), (values) => {
        const { mean, confidence, prediction } = sampleOf(values)!;
        expect(isIn(confidence!, mean)).to.equal(true);
        expect(isIn(prediction!, confidence![0])).to.equal(true);
        expect(isIn(prediction!, confidence![1])).to.equal(true);
      }),
    );
  });
});
