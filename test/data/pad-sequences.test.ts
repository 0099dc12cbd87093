import { expect } from 'chai';
import { padSequences } from '../../src/data/pad-sequences.js';

describe('padSequences', () => {
  it('pads a short sequence at its front and keeps the end of a long one', () => {
    const rows = padSequences([[5, 6], [1, 2, 3, 4], [], Int32Array.of(7, 8, 9)], 3);
    expect(Array.from(rows)).to.deep.equal([0, 5, 6, 2, 3, 4, 0, 0, 0, 7, 8, 9]);
  });

  it('refuses a length that is no whole number of at least 1', () => {
    for (const maxlen of [0, -1, 2.5, NaN]) {
      expect(() => padSequences([[1]], maxlen)).to.throw(
        `maxlen is ${maxlen}; it must be a whole number of at least 1.`,
      );
    }
  });
});
