import { expect } from 'chai';
import fc from 'fast-check';
import { displayOf } from '../../../src/kernel/values/display-of.js';
import type { MimeBundle } from '../../../src/runtime/cell-api.js';

const shown = (value: unknown) => displayOf(value) as MimeBundle & { 'text/html': string };

describe('a list of objects', () => {
  it('is a table, numbers to the right, with a text twin', () => {
    const { 'text/html': html, 'text/plain': text } = shown([
      { optimizer: 'Adam', steps: 20, loss: 0.5 },
      { optimizer: 'Lazy(Adam)', steps: 1560n, more: { k: [5] } },
    ]);
    expect(text).to.equal(
      [
        'optimizer   steps  loss  more',
        'Adam           20   0.5',
        'Lazy(Adam)  1560n        { k: [ 5 ] }',
      ].join('\n'),
    );
    expect(html).to.include('<td style="text-align:right">20</td>');
    expect(html).to.include('<td style="text-align:left">Adam</td>');
  });

  it('has 20 rows and 20 columns at most, and says how many more there are', () => {
    const wide = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`c${i}`, i]));
    const { 'text/plain': text } = shown(Array.from({ length: 1030 }, () => wide));
    const lines = text.split('\n');
    expect(lines).to.have.lengthOf(1 + 20 + 1);
    expect(lines.at(-1)).to.equal('… 1,010 more rows and 1 more column');
    expect(lines[0]).to.match(/c19$/);
  });

  it('shows a getter that throws as what it threw, in its own cell', () => {
    const row = Object.defineProperty({ a: 1 }, 'b', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    expect(shown([row])['text/plain']).to.equal('a  b\n1  [threw Error: no]');
  });

  it('shows every text as it stands: none becomes markup', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string()), { minLength: 1 }), (rows) => {
        fc.pre(rows.some((row) => Object.keys(row).length > 0));
        const html = shown(rows)['text/html'];
        const own =
          /<\/?(table|thead|tbody|tr|p)>|<t[hd] style="text-align:(left|right)">|<\/t[hd]>/g;
        expect(html.replace(own, '')).not.to.match(/[<>"']/);
      }),
    );
  });

  it('is text where something in it is no plain object', () => {
    for (const list of [[], [{}], [{ a: 1 }, 2], [{ a: 1 }, new Date(0)], [{ a: 1 }, undefined]]) {
      expect(displayOf(list)).to.have.all.keys('text/plain');
    }
    const holes = [{ a: 1 }];
    holes[2] = { a: 3 };
    expect(displayOf(holes)).to.have.all.keys('text/plain');
  });
});

describe('a map', () => {
  it('is a table of keys and values, the fields of a value in columns', () => {
    expect(shown(new Map([[5, 'a']]))['text/plain']).to.equal('(key)  (value)\n    5  a');
    const runs = new Map([
      ['adam', { best: 0.84 }],
      ['lazy', { best: 0.85 }],
    ]);
    expect(shown(runs)['text/plain']).to.equal('(key)  best\nadam   0.84\nlazy   0.85');
    const large = new Map(Array.from({ length: 25 }, (_, i) => [i, i]));
    expect(shown(large)['text/plain']).to.match(/\n… 5 more rows$/);
    expect(shown(new Map())).to.deep.equal({ 'text/plain': 'Map(0) {}' });
  });
});
