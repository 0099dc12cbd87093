import { expect } from 'chai';
import {
  claimVerdict,
  differenceVerdict,
  ENOUGH_SEEDS,
  figureVerdict,
  sideOf,
} from '../../src/statistics/reproduced.js';
import { sampleOf } from '../../src/statistics/sample.js';

const of = (...values: number[]) => sampleOf(values)!;

describe('the rule for a reported figure', () => {
  // scipy 1.14.1 gives the prediction interval 0.83140 to 0.84404 for these five.
  const five = of(0.8366, 0.8391, 0.8402, 0.8378, 0.8349);

  it('calls it reproduced inside the prediction interval for one more run, and there alone', () => {
    expect(figureVerdict(0.837, five)).to.equal('reproduced');
    expect(figureVerdict(0.8315, five)).to.equal('reproduced');
    expect(figureVerdict(0.844, five)).to.equal('reproduced');
    expect(figureVerdict(0.8313, five)).to.equal('not reproduced');
    expect(figureVerdict(0.8441, five)).to.equal('not reproduced');
  });

  it('is not the rule of the confidence interval, which 0.844 is not in', () => {
    expect(five.confidence![1]).to.be.below(0.841);
  });

  it(`says too few seeds below ${ENOUGH_SEEDS}, whatever the figure`, () => {
    expect(figureVerdict(0.837, of(0.8366, 0.8391, 0.8402, 0.8378))).to.equal('too few seeds');
    expect(figureVerdict(0.1, of(0.8366))).to.equal('too few seeds');
  });
});

describe('the rule for a reported difference', () => {
  // scipy 1.14.1: confidence 0.00777 to 0.01079, prediction 0.00558 to 0.01298.
  const five = of(0.0105, 0.0075, 0.0088, 0.0103, 0.0093);

  it('calls it reproduced in size inside the prediction interval for one more pair', () => {
    expect(differenceVerdict(0.012, five)).to.equal('reproduced in size');
    expect(differenceVerdict(0.006, five)).to.equal('reproduced in size');
  });

  it('asks for the sign that was reported, whichever it is', () => {
    // The same five, turned round: −0.01298 to −0.00558.
    const below = of(-0.0105, -0.0075, -0.0088, -0.0103, -0.0093);
    expect(differenceVerdict(-0.012, below)).to.equal('reproduced in size');
    expect(differenceVerdict(-0.006, below)).to.equal('reproduced in size');
    expect(differenceVerdict(-0.02, below)).to.equal('reproduced in sign');
    expect(differenceVerdict(0.012, below)).to.equal('contradicted');
  });

  it('calls it reproduced in sign where only sign and interval agree', () => {
    expect(differenceVerdict(0.02, five)).to.equal('reproduced in sign');
    expect(differenceVerdict(0.001, five)).to.equal('reproduced in sign');
  });

  it('is contradicted by an interval on the other side of zero', () => {
    expect(differenceVerdict(-0.012, five)).to.equal('contradicted');
  });

  it('is left undecided by an interval that holds zero', () => {
    // 0.01 ± 4.303 · 0.01 / √3 holds zero.
    expect(differenceVerdict(0.01, of(0, 0.01, 0.02))).to.equal('undecided');
  });

  it('leaves the size untested by fewer pairs than a figure needs', () => {
    const pairs = [0.01, 0.0101, 0.0102, 0.0103];
    for (const n of [3, 4]) {
      const verdict = differenceVerdict(0.0101, of(...pairs.slice(0, n)));
      expect(verdict, `${n} pairs`).to.equal('reproduced in sign, size untested');
    }
  });

  it('has too few seeds with one pair, and with two, however close they are', () => {
    expect(differenceVerdict(0.01, of(0.01))).to.equal('too few seeds');
    expect(differenceVerdict(0.01, of(0.01, 0.0101))).to.equal('too few seeds');
  });
});

describe('the rule for a claim that runs come out above a figure consistently', () => {
  it('calls it reproduced when each run does, and only then', () => {
    expect(claimVerdict(5, 5)).to.equal('reproduced');
    expect(claimVerdict(5, 4)).to.equal('not reproduced');
    expect(claimVerdict(9, 0)).to.equal('not reproduced');
  });

  it(`says too few seeds below ${ENOUGH_SEEDS}, whatever they are`, () => {
    expect(claimVerdict(4, 4)).to.equal('too few seeds');
    expect(claimVerdict(1, 0)).to.equal('too few seeds');
  });
});

describe('the side of zero on which a difference is', () => {
  it('is that of its interval, where more or less is better', () => {
    // 0.01 ± 4.303 · 0.001 / √3.
    const above = of(0.009, 0.01, 0.011);
    expect(sideOf(above, 'higher')).to.equal('better');
    expect(sideOf(above, 'lower')).to.equal('worse');
    // 0.01 ± 4.303 · 0.01 / √3 holds zero.
    expect(sideOf(of(0, 0.01, 0.02), 'higher')).to.equal('open');
  });

  it('is not told by fewer than three pairs, however close they are', () => {
    expect(sideOf(of(0.01, 0.0101), 'higher')).to.equal('too few seeds');
    expect(sideOf(of(0.01), 'higher')).to.equal('too few seeds');
  });
});
