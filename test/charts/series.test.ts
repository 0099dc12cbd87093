import { expect } from 'chai';
import { optimizerStyle } from '../../src/charts/figure.js';
import { seriesOf } from '../../src/charts/series.js';
import { sampleRun } from './sample-runs.js';

describe('seriesOf', () => {
  it('draws every optimizer with the look that it has everywhere', () => {
    const { drawn, of } = seriesOf([sampleRun({ optimizer: 'lazy-adam' }), sampleRun()]);
    expect(of).to.equal(2);
    expect(drawn.map(({ color }) => color)).to.deep.equal([
      optimizerStyle('lazy-adam').color,
      optimizerStyle('adam').color,
    ]);
  });

  it('gives looks in turn where two optimizers have the same', () => {
    const specs = ['keras_adam(1e-3)', 'lazy(keras_adam(1e-3))', 'lazy(keras_adam(1e-3, ticks=2))'];
    const { drawn } = seriesOf(specs.map((optimizer) => sampleRun({ optimizer })));
    expect(drawn.map(({ label }) => label)).to.deep.equal(specs);
    expect(new Set(drawn.map(({ color }) => color)).size).to.equal(3);
    expect(new Set(drawn.map(({ symbol }) => symbol)).size).to.equal(3);
  });

  it('draws the best of a sweep, as many as can be told apart, each in a look of its own', () => {
    const runs = Array.from({ length: 10 }, (_, i) =>
      sampleRun({ overrides: { lr: (i + 1) / 1000 } }, { start: 0.5 + i / 100 }),
    );
    const { drawn, of } = seriesOf(runs);
    expect([drawn.length, of]).to.deep.equal([7, 10]);
    expect(drawn[0].label).to.equal('Adam, lr 0.01');
    expect(new Set(drawn.map(({ color, symbol }) => `${color} ${symbol}`)).size).to.equal(7);
  });

  it('draws the best of many optimizers as well, not the first ones', () => {
    const runs = Array.from({ length: 9 }, (_, i) =>
      sampleRun({ optimizer: `adam(${i + 1}e-3)` }, { start: 0.5 + i / 100 }),
    );
    const labels = seriesOf(runs).drawn.map(({ label }) => label);
    expect(labels).to.deep.equal([9, 8, 7, 6, 5, 4, 3].map((rate) => `adam(${rate}e-3)`));
  });

  it('takes a low perplexity for the better one', () => {
    const run = (lr: number, value: number) =>
      sampleRun({
        ...{ metric: 'perplexity', overrides: { lr } },
        ...{ bestValPerplexity: value, finalValPerplexity: value },
      });
    const { drawn } = seriesOf([run(0.1, 120), run(0.2, 110), run(0.3, 130)]);
    expect(drawn.map(({ parameters }) => parameters.lr)).to.deep.equal([0.2, 0.1, 0.3]);
  });

  it('puts last what was not completed', () => {
    const cut = sampleRun({ overrides: { lr: 0.5 }, status: 'diverged', bestValAccuracy: 0.99 });
    expect(seriesOf([cut, sampleRun()]).drawn.map(({ parameters }) => parameters.lr)).to.deep.equal(
      [0.001, 0.5],
    );
  });
});
