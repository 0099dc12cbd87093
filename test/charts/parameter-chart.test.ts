import { expect } from 'chai';
import { type ParameterPoint, parameterChart } from '../../src/charts/parameter-chart.js';
import { METRICS } from '../../src/experiments/metric.js';

const point = (optimizer: string, value: number, mean: number): ParameterPoint => ({
  ...{ optimizer, value, mean, n: 3 },
  confidence: [mean - 0.02, mean + 0.02],
});
const chart = (points: ParameterPoint[], lines = true) =>
  parameterChart({
    ...{ title: 'A title', subtitles: [], parameter: 'lr', yTitle: 'Accuracy (%)' },
    ...{ metric: METRICS.accuracy, points, lines },
  });

describe('parameterChart', () => {
  it('draws a line an optimizer, by value, with the interval as error bars', () => {
    const { data } = chart([
      point('adam', 0.1, 0.8),
      point('lazy-adam', 0.1, 0.7),
      point('adam', 0.01, 0.75),
    ]);
    expect(data.map(({ name }) => name)).to.deep.equal(['Adam', 'Lazy(Adam)']);
    expect(data[0]).to.deep.include({ mode: 'lines+markers', x: [0.01, 0.1], y: [75, 80] });
    expect((data[0].error_y as { array: number[] }).array).to.deep.equal([2, 2]);
  });

  it('has a logarithmic axis where values are far apart, and no other', () => {
    const axis = (...values: number[]) =>
      (chart(values.map((value) => point('adam', value, 0.8))).layout.xaxis as { type?: string })
        .type;
    expect(axis(1e-4, 1e-1)).to.equal('log');
    expect(axis(5, 10, 20)).to.equal(undefined);
    expect(axis(0, 1)).to.equal(undefined);
  });

  it('joins no points that were drawn at random', () => {
    expect(chart([point('adam', 0.1, 0.8)], false).data[0].mode).to.equal('markers');
  });
});
