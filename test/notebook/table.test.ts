import { expect } from 'chai';
import { htmlTable, textTable } from '../../src/kernel/values/tabulate.js';
import { table, tabulate } from '../../src/notebook/table.js';
import { printedBy } from './printed.js';

describe('table', () => {
  it('aligns numbers to the right, with or without a unit, and text to the left', () => {
    const rows = [
      { optimizer: 'Adam', accuracy: '83.7 %', steps: 1560 },
      { optimizer: 'Lookahead(Adam)', accuracy: '9.1 %', steps: 20 },
    ];
    expect(textTable(tabulate(rows))).to.equal(
      [
        'optimizer        accuracy  steps',
        'Adam               83.7 %   1560',
        'Lookahead(Adam)     9.1 %     20',
      ].join('\n'),
    );
    expect(htmlTable(tabulate(rows))).to.contain('<td style="text-align:right">83.7 %</td>');
    expect(htmlTable(tabulate(rows))).to.contain('<td style="text-align:left">Adam</td>');
  });

  it('has the columns of all rows and leaves a missing cell empty', () => {
    expect(textTable(tabulate([{ a: 1 }, { b: 'x' }, { a: null, b: undefined }]))).to.equal(
      ['a  b', '1', '   x', ''].join('\n'),
    );
  });

  it('shows text as it is, whatever markup it holds', () => {
    const html = htmlTable(tabulate([{ '<i>': '<script>"a" & b</script>' }]));
    expect(html).to.contain('&lt;i&gt;');
    expect(html).to.contain('&lt;script&gt;&quot;a&quot; &amp; b&lt;/script&gt;');
  });

  it('prints the text outside a notebook', () => {
    expect(printedBy(() => table([{ k: 5 }]))).to.deep.equal(['k\n5']);
  });
});
