import { expect } from 'chai';
import fc from 'fast-check';
import { gridPoints, randomPoints, requestAt } from '../../src/sweeps/space.js';

const never = () => false;

describe('gridPoints', () => {
  it('takes every combination, the last name varying fastest', () => {
    expect(gridPoints({ k: [5, 10], alpha: [0.2, 0.5] })).to.deep.equal([
      { k: 5, alpha: 0.2 },
      { k: 5, alpha: 0.5 },
      { k: 10, alpha: 0.2 },
      { k: 10, alpha: 0.5 },
    ]);
  });

  it('is one point where nothing is varied', () => {
    expect(gridPoints({})).to.deep.equal([{}]);
  });
});

describe('requestAt', () => {
  it('puts hyperparameters beside the optimizer and settings among the settings', () => {
    const request = { experiment: 'imdb', optimizer: 'adam', settings: { maxlen: 40 } };
    expect(requestAt(request, { lr: 0.1, units: 8 })).to.deep.equal({
      ...request,
      lr: 0.1,
      settings: { maxlen: 40, units: 8 },
    });
  });
});

describe('randomPoints', () => {
  const lr = { from: 1e-4, to: 1e-1, log: true };

  it('stays within ranges and grids, whole where it must be, and repeats with the seed', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const space = {
          grid: { alpha: [0.2, 0.5] },
          ranges: { lr, k: { from: 2, to: 20 }, units: { from: 8, to: 512, log: true } },
        };
        const options = { seed, isWhole: (name: string) => name !== 'lr' };
        const points = randomPoints(space, 5, options);
        expect(points).to.deep.equal(randomPoints(space, 5, options));
        for (const point of points) {
          expect(point.alpha).to.be.oneOf([0.2, 0.5]);
          expect(point.lr).to.be.within(1e-4, 1e-1);
          expect(point.k).to.be.within(2, 20);
          expect(point.units).to.be.within(8, 512);
          expect(Number.isInteger(point.k) && Number.isInteger(point.units)).to.equal(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('draws as often from each decade of a logarithmic range', () => {
    const points = randomPoints({ grid: {}, ranges: { lr } }, 900, { seed: 1, isWhole: never });
    const decades = [0, 0, 0];
    for (const { lr } of points) decades[Math.floor(Math.log10(lr as number) + 4)] += 1;
    // 300 expected in each, with a standard deviation of √(900 · 1/3 · 2/3) = 14.1: five of those.
    for (const n of decades) expect(n).to.be.within(230, 370);
  });

  it('draws both ends of a range of whole numbers as often as those between', () => {
    const counts = [0, 0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const space = { grid: {}, ranges: { k: { from: 1, to: 3 } } };
      const [{ k }] = randomPoints(space, 1, { seed, isWhole: () => true });
      counts[(k as number) - 1] += 1;
    }
    // 100 expected of each, standard deviation 8.2.
    for (const n of counts) expect(n).to.be.within(60, 140);
  });

  it('draws the same first points when more are asked for', () => {
    const draw = (n: number) =>
      randomPoints({ grid: {}, ranges: { lr } }, n, { seed: 7, isWhole: never });
    expect(draw(10).slice(0, 4)).to.deep.equal(draw(4));
  });

  it('gives every point once of a space that has fewer than asked for', () => {
    const points = randomPoints({ grid: { k: [1, 2, 3] }, ranges: {} }, 10, {
      seed: 1,
      isWhole: never,
    });
    expect(points.map(({ k }) => k).sort()).to.deep.equal([1, 2, 3]);
  });
});
