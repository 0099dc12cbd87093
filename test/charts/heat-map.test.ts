import { expect } from 'chai';
import { type HeatMapCell, heatMapChart } from '../../src/charts/heat-map.js';
import { METRICS } from '../../src/experiments/metric.js';

const cell = (x: number | string, y: number | string, mean: number): HeatMapCell => ({
  ...{ x, y, mean, n: 3 },
  confidence: [mean - 0.01, mean + 0.01],
});
const text = { title: 'A title', subtitles: [], xTitle: 'k', yTitle: 'alpha' };
const map = (cells: HeatMapCell[], metric = METRICS.accuracy) =>
  heatMapChart({ ...text, metric, cells });

describe('heatMapChart', () => {
  it('orders numbers by size, and leaves a field empty that was not tried', () => {
    const { data } = map([cell(20, 0.8, 0.84), cell(5, 0.8, 0.83), cell(5, 0.2, 0.82)]);
    expect(data[0].x).to.deep.equal(['5', '20']);
    expect(data[0].y).to.deep.equal(['0.2', '0.8']);
    expect(data[0].z).to.deep.equal([
      [82, null],
      [83, 84],
    ]);
    expect(data[0].text).to.deep.equal([
      ['82.00', ''],
      ['83.00', '84.00'],
    ]);
  });

  it('tells place, mean, seeds and interval on hover', () => {
    const { data } = map([cell(5, 0.8, 0.83)]);
    expect(data[0].hovertemplate).to.match(/^k %\{x\}, alpha %\{y\}<br>%\{customdata\}/);
    expect(data[0].customdata).to.deep.equal([
      ['accuracy 83.00 %, mean of 3 seeds<br>95 % confidence interval 82.00 to 84.00 %'],
    ]);
  });

  it('is bright where the metric is good, also where low is good', () => {
    expect(map([cell(1, 1, 1)]).data[0].reversescale).to.equal(false);
    expect(map([cell(1, 1, 1)], METRICS.perplexity).data[0].reversescale).to.equal(true);
  });

  it('lets no markup through, and is plain JSON', () => {
    const figure = map([cell('<b>x</b>', '<i>', 0.5)]);
    expect(JSON.stringify(figure)).not.to.match(/<b>x|<i>/);
    expect(JSON.parse(JSON.stringify(figure))).to.deep.equal(figure);
  });
});
