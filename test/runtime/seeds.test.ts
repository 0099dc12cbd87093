import { expect } from 'chai';
import fc from 'fast-check';
import { deriveSeed, randomStream } from '../../src/runtime/seeds.js';

const draw = (stream: ReturnType<typeof randomStream>, n: number) =>
  Array.from({ length: n }, () => stream.uint32());

describe('randomStream', () => {
  it('is decided by its seed and path alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.nat(), (seed, name, step) => {
        const first = draw(randomStream(seed, name, step), 5);
        expect(draw(randomStream(seed, name, step), 5)).to.deep.equal(first);
        expect(draw(randomStream(seed + 1, name, step), 5)).not.to.deep.equal(first);
        expect(draw(randomStream(seed, name, step + 1), 5)).not.to.deep.equal(first);
        expect(draw(randomStream(seed, `${name}'`, step), 5)).not.to.deep.equal(first);
      }),
    );
  });

  it('draws uniform numbers: mean 1/2 and variance 1/12 over 100,000', () => {
    const stream = randomStream(1, 'uniform');
    const numbers = Array.from({ length: 100_000 }, stream.uniform);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    // Five standard errors: 5 · √(1/12 / 100,000) = 0.0046, and 5 · √(1/180 / 100,000) = 0.0012.
    expect(mean).to.be.closeTo(1 / 2, 0.0046);
    expect(variance).to.be.closeTo(1 / 12, 0.0012);
    expect(Math.min(...numbers)).to.be.at.least(0);
    expect(Math.max(...numbers)).to.be.below(1);
  });

  it('draws normal numbers: mean 0 and variance 1 over 100,000', () => {
    const stream = randomStream(1, 'normal');
    const numbers = Array.from({ length: 100_000 }, stream.normal);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    // Five standard errors: 5 / √100,000 = 0.016, and 5 · √(2 / 100,000) = 0.022.
    expect(mean).to.be.closeTo(0, 0.016);
    expect(variance).to.be.closeTo(1, 0.022);
  });

  it('permutes: every number once, every number as likely in the first place', () => {
    const counts = new Array(5).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const order = randomStream(7, 'order', i).permutation(5);
      expect([...order].sort()).to.deep.equal([0, 1, 2, 3, 4]);
      counts[order[0]] += 1;
    }
    // 2,000 each, five standard deviations of √(10,000 · 0.2 · 0.8) = 40.
    for (const count of counts) {
      expect(count).to.be.closeTo(2000, 200);
    }
  });

  it('derives seeds that tf.js takes: integers below 2³¹', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seed, name) => {
        expect(deriveSeed(seed, name)).to.satisfy(Number.isInteger);
        expect(deriveSeed(seed, name)).to.be.within(0, 2 ** 31 - 1);
      }),
    );
  });
});
