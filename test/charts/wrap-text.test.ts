import { expect } from 'chai';
import fc from 'fast-check';
import { wrapText } from '../../src/charts/wrap-text.js';

describe('wrapText', () => {
  it('breaks between words', () => {
    expect(wrapText('about 83.7 % in 2019', 12)).to.deep.equal(['about 83.7 %', 'in 2019']);
  });

  it('does not part a number from its %', () => {
    expect(wrapText('about 83.7 % in 2019', 10)).to.deep.equal(['about', '83.7 % in', '2019']);
  });

  it('does not break at a no-break space', () => {
    expect(wrapText('preset smoke, seed\u00a01', 18)).to.deep.equal([
      'preset smoke,',
      'seed\u00a01',
    ]);
  });

  it('breaks a word that is longer than a line', () => {
    expect(wrapText('abcdefg', 3)).to.deep.equal(['abc', 'def', 'g']);
  });

  it('keeps every character that is not white space, in lines no longer than asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 30 }),
        (text, width) => {
          const lines = wrapText(text, width);
          expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(width);
          expect(lines.join('').replace(/\s/g, '')).to.equal(text.replace(/\s/g, ''));
        },
      ),
    );
  });
});
