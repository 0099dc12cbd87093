import { expect } from 'chai';
import { expandShorthand } from '../../src/kernel/shorthand.js';

describe('expandShorthand', () => {
  for (const [before, after] of [
    ['f({ seed, k: 5 });', 'f({ seed: seed, k: 5 });'],
    ['f({ a, b: { c } });', 'f({ a: a, b: { c: c } });'],
    ['({ a } = x);', '({ a: a } = x);'],
    // A default cannot be written out that way; declarations need not be.
    ['({ a = 1 } = x);', '({ a = 1 } = x);'],
    ['const { a } = x;', 'const { a } = x;'],
    ["const text = '{ a }'; // { b }", "const text = '{ a }'; // { b }"],
    ['f({ a', 'f({ a: a'],
  ]) {
    it(`${before} becomes ${after}`, () => {
      expect(expandShorthand(before)).to.equal(after);
    });
  }
});
