import { expect } from 'chai';
import { visibleText } from '../../src/runtime/visible-text.js';

describe('visibleText', () => {
  it('shows what a terminal would obey, and leaves all that is text, lines and tabs too', () => {
    // Escape and C1’s own start of a sequence, the carriage return that overwrites a line, delete.
    expect(visibleText('a\u001b[2J\u009b1mb\rc\u007f\0')).to.equal(
      'a\\x1b[2J\\x9b1mb\\x0dc\\x7f\\x00',
    );
    const text = 'Größe 5 %\n\tα – 😀\u00a0';
    expect(visibleText(text)).to.equal(text);
  });
});
