import { expect } from 'chai';
import { reproductionTable } from '../../src/report/reproduction.js';
import { sweepCharts } from '../../src/report/sweep-charts.js';
import { sampleRun } from '../charts/sample-runs.js';

type Overrides = Record<string, number | string>;
const charts = (...runs: [optimizer: string, overrides: Overrides][]) =>
  sweepCharts(
    reproductionTable(
      runs.map(([optimizer, overrides]) => sampleRun({ optimizer, overrides })),
      [],
    ),
  );
const names = (...runs: Parameters<typeof charts>) => charts(...runs).map(({ name }) => name);

describe('sweepCharts', () => {
  it('draws nothing where only optimizers differ', () => {
    expect(names(['adam', {}], ['lazy-adam', {}])).to.deep.equal([]);
  });

  it('draws a heat map an optimizer of a grid of two, and leaves out what has neither', () => {
    const grid = [5, 10].flatMap((k) =>
      [0.2, 0.8].map((alpha): [string, Overrides] => ['lookahead-adam', { k, alpha }]),
    );
    const [map, ...rest] = charts(['adam', {}], ...grid);
    expect(map.name).to.equal('map-lookahead-adam');
    expect(rest).to.deep.equal([]);
    expect(map.figure.data[0].x).to.deep.equal(['5', '10']);
    expect(map.figure.data[0].y).to.deep.equal(['0.2', '0.8']);
    expect(map.caption).to.contain('the brighter the better');
  });

  it('draws one hyperparameter as a line, and against optimizers as a heat map', () => {
    const runs = [0.01, 0.1].flatMap((lr) =>
      ['adam', 'lazy-adam'].map((optimizer): [string, Overrides] => [optimizer, { lr }]),
    );
    expect(names(...runs)).to.deep.equal(['against-lr', 'map-lr']);
    expect(names(['adam', { lr: 0.01 }], ['adam', { lr: 0.1 }])).to.deep.equal(['against-lr']);
  });

  it('draws each hyperparameter of a random search as points', () => {
    const runs = [1, 2, 3, 4, 5].map((i): [string, Overrides] => [
      'lookahead-adam',
      { lr: i / 100, alpha: i / 10 },
    ]);
    const drawn = charts(...runs);
    expect(drawn.map(({ name }) => name)).to.deep.equal(['against-lr', 'against-alpha']);
    expect(drawn[0].figure.data[0].mode).to.equal('markers');
  });
});
