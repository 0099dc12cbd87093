import { expect } from 'chai';
import { plot } from '../../src/notebook/plot.js';
import { printedBy } from './printed.js';

describe('plot outside a notebook', () => {
  it('prints one line: the title’s first line without markup, and the traces', () => {
    const figure = {
      data: [{ name: 'Adam', y: [1, 2] }, { y: [2, 3] }],
      layout: { title: { text: '<b>Validation accuracy</b><br>IMDB reviews' } },
    };
    expect(printedBy(() => plot(figure))).to.deep.equal([
      '[Plotly chart “Validation accuracy”: Adam, trace 2]',
    ]);
  });

  it('prints a line for a figure without a title, and for a title that is a string', () => {
    expect(printedBy(() => plot({ data: [{ y: [1] }] }))).to.deep.equal([
      '[Plotly chart: trace 1]',
    ]);
    expect(printedBy(() => plot({ data: [], layout: { title: 'Loss' } }))).to.deep.equal([
      '[Plotly chart “Loss”]',
    ]);
  });
});
