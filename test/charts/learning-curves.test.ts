import { expect } from 'chai';
import fc from 'fast-check';
import type { Figure, Trace } from '../../src/charts/figure.js';
import { lossChart, validationChart } from '../../src/charts/learning-curves.js';
import { REPORTED, sampleRun } from './sample-runs.js';

const adam = sampleRun({ optimizer: 'adam' });
const lazy = sampleRun({ optimizer: 'lazy-adam' }, { start: 0.72 });

const inLegend = (figure: Figure) => figure.data.filter((trace) => trace.showlegend !== false);
const names = (traces: Trace[]) => traces.map((trace) => trace.name);
const title = (figure: Figure) => (figure.layout.title as { text: string }).text;

describe('validationChart', () => {
  it('draws one line with markers an optimizer, in percent', () => {
    const { data } = validationChart([adam, lazy]);
    expect(names(data)).to.deep.equal(['Adam', 'Lazy(Adam)']);
    expect(data[0]).to.deep.include({ mode: 'lines+markers', x: [1, 2, 3], y: [70, 71, 72] });
  });

  it('tells optimizer, seed, epoch, step and value on hover', () => {
    const [trace] = validationChart([adam]).data;
    expect(trace.hovertemplate).to.equal(
      '<b>%{fullData.name}</b>, seed 1<br>epoch %{x}, step %{customdata:,}' +
        '<br>validation accuracy %{y:.2f} %<extra></extra>',
    );
    expect(trace.customdata).to.deep.equal([100, 200, 300]);
  });

  it('draws the mean over two seeds, and each seed as a thin line outside the legend', () => {
    const second = sampleRun({ optimizer: 'adam', seed: 2 }, { start: 0.74 });
    const figure = validationChart([adam, second]);
    expect(figure.data).to.have.length(3);
    const [mean] = inLegend(figure);
    // (70 + 74) / 2, then a point an epoch.
    expect(mean.y).to.deep.equal([72, 73, 74]);
    const details = mean.customdata as number[][];
    expect(details.map(([step, , , least, most]) => [step, least, most])).to.deep.equal([
      [100, 70, 74],
      [200, 71, 75],
      [300, 72, 76],
    ]);
    expect(mean.hovertemplate).to.include('mean of 2 seeds');
  });

  it('draws an area for the confidence interval of the mean over three seeds', () => {
    const others = [2, 3].map((seed) => sampleRun({ seed }, { start: 0.7 + 0.01 * (seed - 1) }));
    const figure = validationChart([adam, ...others]);
    expect(figure.data).to.have.length(2);
    const [band, mean] = figure.data;
    expect(band).to.deep.include({ fill: 'toself', showlegend: false, x: [1, 2, 3, 3, 2, 1] });
    // 70, 71, 72: mean 71, sd 1, 71 ± 4.302653 / √3 = 71 ± 2.484138; the next epochs are a point up.
    const edge = (band.y as number[]).map((y) => Number(y.toFixed(4)));
    expect(edge).to.deep.equal([73.4841, 74.4841, 75.4841, 70.5159, 69.5159, 68.5159]);
    expect(mean.hovertemplate).to.include('95 % confidence interval %{customdata[1]:.2f} to');
    expect((mean.customdata as number[][])[0][2]).to.be.closeTo(73.4841, 1e-4);
  });

  it('draws a curve a setting of a sweep, and no reported figure among them', () => {
    const runs = [0.01, 0.1].map((lr) => sampleRun({ overrides: { lr } }));
    const figure = validationChart(runs, { reported: REPORTED });
    expect(names(figure.data)).to.deep.equal(['Adam, lr 0.01', 'Adam, lr 0.1']);
    const many = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => sampleRun({ overrides: { lr: i / 10 } }));
    expect(title(validationChart(many))).to.include('the 7 best of 9');
  });

  it('shows an interrupted seed without letting it into the mean of the completed ones', () => {
    const cut = sampleRun(
      { optimizer: 'adam', seed: 2, status: 'interrupted' },
      { start: 0.9, epochs: 1 },
    );
    const figure = validationChart([adam, cut]);
    expect(figure.data).to.have.length(2);
    expect(inLegend(figure)[0].y).to.deep.equal([70, 71, 72]);
  });

  it('draws an interrupted run alone as it stands', () => {
    const cut = sampleRun({ status: 'interrupted' }, { epochs: 2 });
    expect(inLegend(validationChart([cut]))[0].y).to.deep.equal([70, 71]);
  });

  it('leaves out values that are not numbers', () => {
    const diverged = sampleRun({ status: 'diverged' });
    diverged.metrics[2].valAccuracy = null as unknown as number;
    expect(validationChart([diverged]).data[0].x).to.deep.equal([1, 2]);
  });

  it('draws reported figures as dotted lines that name their source', () => {
    const figure = validationChart([adam], { reported: REPORTED });
    const [line, ...rest] = figure.data;
    expect(names(rest)).to.deep.equal(['Adam']);
    expect(line.line).to.include({ dash: 'dot' });
    expect(new Set(line.y as number[])).to.deep.equal(new Set([83.7]));
    expect((line.name as string).replace('<br>', ' ')).to.equal(
      'Adam: reported about 83.7 % (Su Jianlin, 2019-07-30)',
    );
  });

  it('keeps what a source adds in brackets for the hover text', () => {
    const reported = [{ ...REPORTED[0], source: 'A. Author, 2019 (no seeds given)' }];
    const [line] = validationChart([adam], { reported }).data;
    expect(line.name).to.equal('Adam: reported about 83.7 % (A. Author, 2019)');
    expect((line.hovertemplate as string).replaceAll('<br>', ' ')).to.include('(no seeds given)');
  });

  it('says of a recalled figure that nobody checked it', () => {
    const reported = [{ ...REPORTED[0], mark: 'recalled' as const }];
    const [line] = validationChart([adam], { reported }).data;
    expect((line.name as string).replace('<br>', ' ')).to.include('recalled, not checked');
  });

  it('draws no reported figure beside synthetic data, and calls them synthetic', () => {
    const run = sampleRun({ dataset: 'imdb-synthetic', synthetic: true, preset: 'smoke' });
    const figure = validationChart([run], { reported: REPORTED });
    expect(names(figure.data)).to.deep.equal(['Adam']);
    expect(title(figure)).to.include('synthetic data');
  });

  it('names the data set, and calls the quick preset undertrained and no other', () => {
    expect(title(validationChart([adam]))).to.include('IMDB reviews');
    expect(title(validationChart([adam]))).to.include('undertrained: a short run');
    expect(title(validationChart([sampleRun({ preset: 'full' })]))).not.to.include('under');
  });

  it('says when the data are an unverified copy, and generated data are not called one', () => {
    const titleOf = (overrides: object) => title(validationChart([sampleRun(overrides)]));
    expect(titleOf({ verified: false })).to.include('unverified copy');
    expect(titleOf({})).not.to.include('unverified');
    expect(titleOf({ verified: false, synthetic: true })).not.to.include('unverified');
  });

  it('says what differs from the preset, in lines that fit', () => {
    const overrides = { epochs: 1, lr: 0.01, batchSize: 64, vocabulary: 500, embeddingSize: 8 };
    const figure = validationChart([sampleRun({ overrides })]);
    expect(title(figure)).to.include('not the preset: epochs 1, lr 0.01');
    for (const line of title(figure).split('<br>')) {
      expect(line.replace(/<[^>]*>/g, '').length).to.be.below(70);
    }
    expect(title(validationChart([adam]))).not.to.include('not the preset');
  });

  it('lets no markup through from the name of an optimizer or a source', () => {
    const run = sampleRun({ optimizer: '<a href="//x">' });
    const reported = [{ ...REPORTED[0], optimizer: run.summary.optimizer, source: '<b>' }];
    for (const name of names(validationChart([run], { reported }).data)) {
      expect((name as string).replace('<br>', '')).not.to.match(/[<>]/);
    }
  });

  it('is plain JSON with one legend entry an optimizer that has an epoch, however many runs', () => {
    const anyRun = fc
      .record({
        optimizer: fc.constantFrom('adam', 'lazy-adam', 'sgd'),
        seed: fc.nat(5),
        epochs: fc.nat(4),
        status: fc.constantFrom('completed' as const, 'interrupted' as const),
      })
      .map((summary) => sampleRun(summary));
    fc.assert(
      fc.property(fc.array(anyRun), (runs) => {
        const drawn = runs.filter((run) => run.metrics.length > 0);
        for (const figure of [validationChart(runs), lossChart(runs)]) {
          const optimizers = new Set(drawn.map((run) => run.summary.optimizer));
          expect(inLegend(figure)).to.have.length(optimizers.size);
          expect(JSON.parse(JSON.stringify(figure))).to.deep.equal(figure);
        }
      }),
    );
  });
});

describe('lossChart', () => {
  it('draws validation loss solid and training loss dashed, in one colour an optimizer', () => {
    const [training, validation] = lossChart([adam]).data;
    expect(training.line).to.include({ dash: 'dash' });
    expect(training.y).to.deep.equal([0.6, 0.5, 0.39999999999999997]);
    expect(validation.line).to.include({ dash: 'solid' });
    expect(validation.y).to.deep.equal([0.55, 0.53, 0.51]);
    const [a, b] = [training, validation].map((trace) => (trace.line as { color: string }).color);
    expect(a).to.equal(b);
    expect(training.legendgroup).to.equal(validation.legendgroup);
  });
});
