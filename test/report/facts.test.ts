import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dataFact, processorFact, timeFact } from '../../src/report/facts.js';
import { sampleRun } from '../charts/sample-runs.js';

describe('timeFact', () => {
  it('has the hours of all runs, and of the shortest and the longest one', () => {
    const runs = [sampleRun({ seconds: 60 }), sampleRun({ seconds: 7200 })];
    expect(timeFact(runs)).to.deep.equal([
      'Time',
      '2 h 01 min in all, validation included, from 1 min 00 s to 2 h 00 min per run',
    ]);
    expect(timeFact([runs[0]])[1]).to.equal('1 min 00 s in all, validation included');
  });

  it('says when a machine was shared: epochs that took longer than the others of their run', () => {
    // Epochs of 30, 30 and 46 s: 46 > 1.5 × 30; with 44 none is.
    const run = (last: number) => {
      const { metrics, ...rest } = sampleRun();
      return { ...rest, metrics: metrics.map((m, i) => (i === 2 ? { ...m, seconds: last } : m)) };
    };
    expect(timeFact([run(106)])[1]).to.match(/the machine was shared, 1 of 3 epochs took more/);
    expect(timeFact([run(104)])[1]).not.to.include('shared');
  });

  it('does not take the time of a test for other work', () => {
    // Epochs of 30, 30 and 46 s, of which the last one has gone through the test data as well.
    const { metrics, ...rest } = sampleRun();
    const last = { ...metrics[2], seconds: 106, testAccuracy: 0.7 };
    expect(timeFact([{ ...rest, metrics: [...metrics.slice(0, 2), last] }])[1]).not.to.include(
      'shared',
    );
  });

  it('says how many runs were resumed', () => {
    const runs = [[], [74, 147], undefined].map((resumedFromSteps) =>
      sampleRun({ resumedFromSteps }),
    );
    expect(timeFact(runs)[1]).to.include('; 1 of 3 runs were interrupted and resumed');
    expect(timeFact([runs[0]])[1]).not.to.include('resumed');
  });
});

describe('processorFact', () => {
  const runs = ['adam', 'adam', 'lazy-adam'].map((optimizer, seed) =>
    sampleRun({ optimizer, seed }),
  );
  const [amd, intel] = [{ cpu: 'AMD EPYC', instructions: 'AVX2' }, { cpu: 'Intel Xeon' }];

  it('says which optimizers were trained on which processors, where these differ', () => {
    expect(processorFact(runs, [amd, intel, amd])).to.deep.equal([
      [
        'Processors',
        'do not compare optimizers by time. Adam: 1 on AMD EPYC with AVX2, 1 on Intel Xeon; Lazy(Adam): AMD EPYC with AVX2',
      ],
    ]);
  });

  it('says nothing where all are alike, or nothing is known of any', () => {
    expect(processorFact(runs, [amd, amd, amd])).to.deep.equal([]);
    expect(processorFact(runs, [{}, {}, {}])).to.deep.equal([]);
  });
});

describe('dataFact', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'lazyahead-facts-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  it('names the data of the runs with their checksum, and nothing where that is not known', () => {
    const run = { ...sampleRun(), directory };
    expect(dataFact([run])).to.deep.equal([]);
    const dataset = { name: 'imdb', sha256: 'f6ad', trainExamples: 20_000, valExamples: 5_000 };
    const write = (more: object) =>
      writeFileSync(
        join(directory, 'config.json'),
        JSON.stringify({ dataset: { ...dataset, ...more } }),
      );
    write({});
    expect(dataFact([run, run])).to.deep.equal([
      ['Data', 'imdb, trained on 20,000, validated on 5,000, SHA-256 f6ad'],
    ]);
    write({ testExamples: 25_000 });
    expect(dataFact([run])[0][1]).to.include('validated on 5,000, tested on 25,000, SHA');
  });

  it('says once what only some runs of the same data have recorded', () => {
    const runs = [
      { sha256: 'f6ad' },
      { sha256: 'f6ad', testExamples: 25_000 },
      { sha256: '0b1e' },
    ].map((more, i) => {
      const folder = join(directory, String(i));
      mkdirSync(folder);
      const dataset = { name: 'imdb', trainExamples: 20_000, valExamples: 5_000, ...more };
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ dataset }));
      return { ...sampleRun(), directory: folder };
    });
    expect(dataFact(runs)[0][1]).to.equal(
      'imdb, trained on 20,000, validated on 5,000, tested on 25,000, SHA-256 f6ad; ' +
        'imdb, trained on 20,000, validated on 5,000, SHA-256 0b1e',
    );
  });
});
