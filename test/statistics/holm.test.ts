import { expect } from 'chai';
import fc from 'fast-check';
import { excludeZeroTogether, pValue } from '../../src/statistics/holm.js';
import { isIn, sampleOf } from '../../src/statistics/sample.js';

const of = (...values: number[]) => sampleOf(values)!;

/** Three values with a standard deviation of 1. */
const around = (mean: number) => of(mean - 1, mean, mean + 1);

describe('the p-value of a difference', () => {
  it('is the closed form for two and for four degrees of freedom', () => {
    // t = 2 √3; p = 1 − t / √(t² + 2).
    expect(pValue(of(1, 2, 3))).to.be.closeTo(0.0741799, 1e-7);
    // t = 17.045466, s = t / √(t² + 4); p = 1 − s (1 + (1 − s²) / 2).
    expect(pValue(of(0.0105, 0.0075, 0.0088, 0.0103, 0.0093))).to.be.closeTo(6.9473e-5, 1e-9);
  });

  it('is the same for both signs', () => {
    expect(pValue(of(-1, -2, -3))).to.equal(pValue(of(1, 2, 3)));
  });

  it('is not there for one value, 0 for equal ones, 1 for zeros', () => {
    expect(pValue(of(3))).to.equal(null);
    expect(pValue(of(3, 3, 3))).to.equal(0);
    expect(pValue(of(0, 0))).to.equal(1);
  });
});

describe('Holm’s correction', () => {
  // p of 2 ± 1 is 0.074, of 4 ± 1 0.0202, of 5 ± 1 0.0131, of 7 ± 1 0.0067.
  it('compares the smallest p-value with 0.05 / m, the next with 0.05 / (m − 1), …', () => {
    // 0.0067 < 0.05 / 3, 0.0202 < 0.05 / 2, but 0.074 ≥ 0.05.
    expect(excludeZeroTogether([around(4), around(2), around(7)])).to.deep.equal([
      true,
      false,
      true,
    ]);
  });

  it('stops at the first that is too large, though a later one would pass', () => {
    // 0.0202 ≥ 0.05 / 3, so that the last is not compared with 0.05 / 1.
    expect(excludeZeroTogether([around(4), around(4), around(4)])).to.deep.equal([
      false,
      false,
      false,
    ]);
  });

  it('of one difference is its own interval', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 60 }), { minLength: 2, maxLength: 6 }),
        (values) => {
          const sample = of(...values);
          expect(excludeZeroTogether([sample])).to.deep.equal([!isIn(sample.confidence!, 0)]);
        },
      ),
    );
  });

  it('never lets one pass whose own interval holds zero, and loses none by there being fewer', () => {
    const samples = fc.array(
      fc
        .array(fc.integer({ min: -20, max: 60 }), { minLength: 3, maxLength: 5 })
        .map((values) => of(...values)),
      { minLength: 2, maxLength: 7 },
    );
    fc.assert(
      fc.property(samples, (all) => {
        const clear = excludeZeroTogether(all);
        expect(all.some((each, i) => clear[i] && isIn(each.confidence!, 0))).to.equal(false);
        const rest = excludeZeroTogether(all.slice(1));
        expect(rest.some((isClear, i) => clear[i + 1] && !isClear)).to.equal(false);
      }),
    );
  });

  it('of no differences says nothing', () => {
    expect(excludeZeroTogether([])).to.deep.equal([]);
  });
});
