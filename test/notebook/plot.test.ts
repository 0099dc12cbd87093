import { expect } from 'chai';
import { plot } from '../../src/notebook/plot.js';
import { printedBy } from './printed.js';

describe('plot outside a notebook', () => {
  it('prints one line: the title’s first line without markup, and the traces with a name in the legend', () => {
    const figure = {
      data: [
        { y: [2, 3] },
        { name: 'Adam', y: [1, 2] },
        { name: 'Adam, per seed', y: [1, 2], showlegend: false },
        { name: 'SGD', y: [1, 2], showlegend: true },
      ],
      layout: { title: { text: '<b>Validation accuracy</b><br>IMDB reviews' } },
    };
    expect(printedBy(() => plot(figure))).to.deep.equal([
      '[Plotly chart “Validation accuracy”: Adam, SGD]',
    ]);
  });

  it('prints a line for a figure without a title, and for a title that is a string', () => {
    expect(printedBy(() => plot({ data: [{ y: [1] }] }))).to.deep.equal(['[Plotly chart]']);
    expect(printedBy(() => plot({ data: [], layout: { title: 'Loss' } }))).to.deep.equal([
      '[Plotly chart “Loss”]',
    ]);
  });
});
