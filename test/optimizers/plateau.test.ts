import { expect } from 'chai';
import fc from 'fast-check';
import { type PlateauOptions, reduceOnPlateau } from '../../src/optimizers/plateau.js';

/** The rate after each update. */
const rates = (options: Partial<PlateauOptions>, metrics: number[]) => {
  const plateau = reduceOnPlateau({ initial: 1, factor: 0.5, minDelta: 0, ...options });
  return metrics.map((metric) => plateau.update(metric));
};

describe('reduceOnPlateau', () => {
  it('reduces the rate at the patience-th update in a row without improvement', () => {
    // Best 5; 6 and 5 are the 1st and 2nd without improvement; 4 is a new best; 4 and 7 again two.
    const metrics = [5, 6, 5, 4, 4, 7, 3];
    expect(rates({ patience: 2 }, metrics)).to.deep.equal([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });

  it('looks for larger values with mode max', () => {
    expect(rates({ patience: 1, mode: 'max' }, [1, 2, 3, 2])).to.deep.equal([1, 1, 1, 0.5]);
  });

  it('takes for an improvement only what exceeds minDelta', () => {
    // Each is better than the one before by 0.5, which is no more than minDelta; but 3 is better by 1
    // than the best so far, 4.
    expect(rates({ patience: 1, minDelta: 0.5 }, [4, 3.5, 3, 2.5])).to.deep.equal([
      1, 0.5, 0.5, 0.25,
    ]);
  });

  it('lets the updates of the cooldown pass, though a new best counts as ever', () => {
    // Reduced at the 2nd update; the 3rd and 4th are the cooldown's; the 5th reduces again.
    expect(rates({ patience: 1, cooldown: 2 }, [5, 5, 5, 5, 5])).to.deep.equal([
      1, 0.5, 0.5, 0.5, 0.25,
    ]);
    // 3, seen in the cooldown, is the best that 4 does not improve on.
    expect(rates({ patience: 1, cooldown: 1 }, [5, 5, 3, 4])).to.deep.equal([1, 0.5, 0.5, 0.25]);
  });

  it('stops at the minimum, and never raises a rate that is below it', () => {
    expect(rates({ patience: 1, minimum: 0.3 }, [5, 5, 5, 5])).to.deep.equal([1, 0.5, 0.3, 0.3]);
    expect(rates({ patience: 1, minimum: 2 }, [5, 5])).to.deep.equal([1, 1]);
  });

  it('takes NaN, also as the first value, for no improvement', () => {
    expect(rates({ patience: 2 }, [Number.NaN, Number.NaN, 5, 4])).to.deep.equal([
      1, 0.5, 0.5, 0.5,
    ]);
  });

  it('by default waits for 10 updates and divides by 10', () => {
    const plateau = reduceOnPlateau({ initial: 1 });
    const seen = Array.from({ length: 11 }, () => plateau.update(5));
    expect(seen).to.deep.equal([...Array(10).fill(1), 0.1]);
    expect(plateau.rate).to.equal(0.1);
  });

  it('leaves the rate alone for any metric that keeps improving, and never lets it rise', () => {
    const metrics = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(metrics, fc.integer({ min: 1, max: 5 }), (values, patience) => {
        const falling = [...new Set(values)].sort((a, b) => b - a);
        expect(rates({ patience }, falling)).to.deep.equal(falling.map(() => 1));
        const seen = rates({ patience, minimum: 0.1 }, values);
        expect(seen).to.deep.equal([...seen].sort((a, b) => b - a));
        expect(Math.min(...seen)).to.be.at.least(0.1);
      }),
    );
  });

  for (const [options, message] of [
    [{ initial: -1 }, 'initial is a learning rate, a finite number of at least 0, not -1.'],
    [{ factor: 1 }, 'factor is a number between 0 and 1, not 1.'],
    [{ patience: 0 }, 'patience is a number of updates, an integer of at least 1, not 0.'],
    [{ minDelta: -1 }, 'minDelta is a finite number of at least 0, not -1.'],
    [{ mode: 'auto' }, 'mode is one of min, max, not auto.'],
    [{ cooldown: 0.5 }, 'cooldown is a number of updates, an integer of at least 0, not 0.5.'],
    [
      { minimum: Number.NaN },
      'minimum is a learning rate, a finite number of at least 0, not NaN.',
    ],
  ] as [Partial<PlateauOptions>, string][]) {
    it(`refuses ${JSON.stringify(options)} by a sentence`, () => {
      expect(() => rates(options, [])).to.throw(RangeError, message);
    });
  }

  it('asks for an initial rate', () => {
    expect(() => reduceOnPlateau({} as PlateauOptions)).to.throw(RangeError, 'not undefined.');
  });
});
