import { expect } from 'chai';
import fc from 'fast-check';
import { studentQuantile } from '../../src/statistics/student.js';

// scipy 1.14.1, stats.t.ppf(p, freedom).
const SCIPY = [
  [0.975, 1, 12.706204736432095],
  [0.975, 2, 4.302652729696142],
  [0.975, 4, 2.7764451051977987],
  [0.975, 29, 2.045229642132703],
  [0.975, 1000, 1.9623390808264074],
  [0.95, 3, 2.3533634348018264],
  [0.025, 4, -2.7764451051977996],
];

describe('studentQuantile', () => {
  for (const [p, freedom, expected] of SCIPY) {
    it(`equals scipy's for p = ${p} and ${freedom} degrees of freedom`, () => {
      const quantile = studentQuantile(p, freedom);
      expect(quantile / expected).to.be.closeTo(1, 1e-7);
    });
  }

  it('falls as degrees of freedom are added, towards the normal quantile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (freedom) => {
        const quantile = studentQuantile(0.975, freedom);
        expect(studentQuantile(0.975, freedom + 1)).to.be.below(quantile);
        expect(quantile).to.be.above(1.959963984540054);
      }),
    );
  });
});
