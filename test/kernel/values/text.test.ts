import { expect } from 'chai';
import { lineOf, textOf } from '../../../src/kernel/values/text.js';

/** Half of a character, which UTF-8 has no bytes for. */
const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

describe('a value as text', () => {
  it('ends between two characters, never within one', () => {
    // Of two units each: after an even number of units there is no half, after an odd one there is.
    const faces = '😀'.repeat(20_000);
    for (const most of [10, 11, 1000, 1001]) {
      expect(lineOf(faces, most), String(most)).not.to.match(HALF);
      expect(lineOf(faces, most).startsWith('😀')).to.equal(true);
    }
    expect(lineOf(faces, 4)).to.equal('😀…');
    expect(lineOf(faces, 1001)).to.match(/^(😀){500}… 39,000 more characters$/u);
    expect(textOf(['a', 'ab'].map((start) => start + faces).concat(faces, faces))).not.to.match(
      HALF,
    );
  });
});
