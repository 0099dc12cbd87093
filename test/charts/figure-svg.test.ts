import { expect } from 'chai';
import fc from 'fast-check';
import { figureSvg } from '../../src/charts/figure-svg.js';
import { heatMapChart } from '../../src/charts/heat-map.js';
import { validationChart } from '../../src/charts/learning-curves.js';
import { parameterChart } from '../../src/charts/parameter-chart.js';
import { linearScale, logScale, padded } from '../../src/charts/svg-scale.js';
import { METRICS } from '../../src/experiments/metric.js';
import { REPORTED, sampleRun } from './sample-runs.js';

const metric = METRICS.accuracy;
const TEXTS = { title: 'T', subtitles: ['below'], yTitle: 'y', metric };

describe('figureSvg', () => {
  const runs = [1, 2, 3].map((seed) => sampleRun({ seed }, { start: 0.7 + 0.01 * seed }));

  it('draws curves, their confidence intervals and what was reported, with a legend', () => {
    const svg = figureSvg(validationChart(runs, { reported: REPORTED }));
    expect(svg).to.include('fill-opacity="0.15"');
    expect(svg).to.include('stroke-dasharray="2 3"');
    expect(svg.match(/<circle/g)).to.have.length(3 + 1);
    expect(svg).to.include('>Adam</text>');
    expect(svg).to.include('>Adam: reported about 83.7 % (Su Jianlin, 2019-07-30)</text>');
    expect(svg).to.include('>Validation accuracy (%)</text>');
  });

  it('goes on in another line of the legend with a name that is wider than the chart', () => {
    const source = `A. Author 2019, ${'with much to say about it, '.repeat(4)}and that three times`;
    const reported = [{ ...REPORTED[0], source }];
    const svg = figureSvg(validationChart(runs, { reported }));
    const texts = [...svg.matchAll(/<text x="54" y="([\d.]+)">([^<]*)</g)];
    const [first, second] = texts.slice(-2);
    expect(`${first[2]} ${second[2]}`).to.equal(`Adam: reported about 83.7 % (${source})`);
    expect(first[2].length).to.be.at.most(96);
    expect(Number(second[1]) - Number(first[1])).to.equal(20);
    // All of it is on the image.
    expect(Number(svg.match(/ height="([\d.]+)"/)![1])).to.be.above(Number(second[1]));
  });

  it('is the same bytes for the same figure, and others for other runs', () => {
    const draw = (start: number) => figureSvg(validationChart([sampleRun({}, { start })]));
    expect(draw(0.7)).to.equal(draw(0.7));
    expect(draw(0.7).replace(/>[\d.]+</g, '')).not.to.equal(draw(0.9));
  });

  it('is XML whatever an optimizer is called: every element ends, and names stay text', () => {
    fc.assert(
      fc.property(fc.string(), (optimizer) => {
        const svg = figureSvg(validationChart([sampleRun({ optimizer })]));
        const open: string[] = [];
        for (const [, end, name, , alone] of svg.matchAll(
          /<(\/?)([a-z]+)((?:"[^"]*"|[^<>"])*?)(\/?)>/g,
        )) {
          if (end) expect(open.pop()).to.equal(name);
          else if (!alone) open.push(name);
        }
        expect(open).to.deep.equal([]);
        expect(svg.replace(/<[^<>]*>/g, '')).not.to.match(/[<>]|&(?!amp;|lt;|gt;)/);
      }),
      { examples: [['<script>'], ['a & b'], ['<br>'], ['a > b']] },
    );
  });

  it('draws error bars over a logarithmic axis', () => {
    const points = [0.01, 0.1, 1].map((value) => ({
      ...{ optimizer: 'sgd', value, mean: 0.5, n: 3 },
      confidence: [0.4, 0.6] as [number, number],
    }));
    const svg = figureSvg(parameterChart({ ...TEXTS, parameter: 'lr', points, lines: true }));
    for (const label of ['0.01', '0.1', '1']) expect(svg).to.include(`>${label}</text>`);
    // The three points and that of the legend are at equal distances.
    const xs = [...svg.matchAll(/<polygon[^>]*translate\(([\d.]+)/g)].map(([, x]) => Number(x));
    expect(xs[1] - xs[0]).to.be.closeTo(xs[2] - xs[1], 0.11);
  });

  it('draws no heat map', () => {
    const cells = [{ x: 1, y: 1, mean: 0.5, confidence: null, n: 1 }];
    const map = heatMapChart({ ...TEXTS, xTitle: 'x', cells });
    expect(() => figureSvg(map)).to.throw('a trace of type heatmap is not drawn');
  });
});

describe('A scale', () => {
  const values = fc
    .array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 })
    .map((some) => padded(some, 0.05))
    .filter(([low, high]) => high - low > 1e-9 * high);

  it('has all values within it, and 1 to 10 round marks in their order', () => {
    fc.assert(
      fc.property(values, ([low, high]) => {
        const { place, ticks } = linearScale([low, high], [100, 0]);
        expect(place(low)).to.be.closeTo(100, 1e-6);
        expect(place(high)).to.be.closeTo(0, 1e-6);
        expect(ticks.length).to.be.within(1, 10);
        const places = ticks.map(({ value }) => place(value));
        expect(places).to.deep.equal(places.toSorted((a, b) => b - a));
        expect(new Set(ticks.map(({ label }) => label)).size).to.equal(ticks.length);
      }),
    );
  });

  it('of ratios is marked at 1, 2 and 5 times the powers of 10', () => {
    const { place, ticks } = logScale([0.008, 1.2], [0, 1]);
    expect(ticks.map(({ label }) => label)).to.deep.equal([
      ...['0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1'],
    ]);
    expect(place(0.1) - place(0.01)).to.be.closeTo(place(1) - place(0.1), 1e-12);
  });
});
