import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { reportMarkdown } from '../../src/report/markdown.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';

const runs = [1, 2, 3, 4, 5].flatMap((seed) => [
  sampleRun({ preset: 'full', seed }, { start: 0.815 + 0.001 * seed }),
  sampleRun({ preset: 'full', seed, optimizer: 'lazy-adam' }, { start: 0.83 + 0.001 * seed }),
]);
const content = {
  title: 'IMDB',
  sections: [{ runs, reported: REPORTED }],
  environments: [{ node: '20.20.2' }],
};

describe('reportMarkdown', () => {
  const markdown = reportMarkdown(content, '.');

  it('holds the comparison with intervals, seeds and sources, and what the rule says', () => {
    // 83.8 ± 2.776 · 0.158 / √5.
    expect(markdown).to.include(
      '| Adam | about 83.7 % \\[1\\] | 83.80 ± 0.16 % | 83.60 to 84.00 | 83.80 ± 0.16 % | 5 | 1 min 30 s |',
    );
    expect(markdown).to.include('1. Su Jianlin, 2019-07-30; read in the source itself');
    expect(markdown).to.include(
      '- adam: about 83.7 % reproduced (one more run is expected in 83.32 to 84.28, 5 seeds)',
    );
    expect(markdown).to.match(/- lazy-adam − adam: \+1\.50 points .*; reported \+1\.20 points: /);
    expect(markdown).to.include('| Node.js | 20.20.2 |');
  });

  it('lists every run with a link to its summary', () => {
    expect(markdown).to.include('[Adam](runs/sample/summary.json) | 3 | 83.80 % |');
    expect(reportMarkdown(content, join('runs'))).to.include('(sample/summary.json)');
  });

  it('is the same bytes for the same runs, without a word on when it was made', () => {
    expect(reportMarkdown(content, '.')).to.equal(markdown);
    expect(markdown).not.to.match(/Written|20\d\d-\d\d-\d\dT/);
  });

  it('changes with a figure of a run', () => {
    const [first, ...others] = runs;
    const other = sampleRun({ ...first.summary, bestValAccuracy: 0.9 });
    const changed = { ...content, sections: [{ runs: [other, ...others], reported: REPORTED }] };
    expect(reportMarkdown(changed, '.')).not.to.equal(markdown);
  });

  it('lets nothing that a run or a source is called become markup', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const run = sampleRun({ optimizer: name });
        const reported = [{ ...REPORTED[0], optimizer: name, source: name }];
        const text = reportMarkdown(
          { title: name, sections: [{ runs: [run], reported }], environments: [] },
          '.',
        );
        const rows = text.split('\n').filter((line) => line.startsWith('|'));
        // A cell that is not escaped would be two.
        for (const row of rows) expect(row.match(/(?<!\\)(\\\\)*\|/g)!.length).to.be.oneOf([8, 9]);
      }),
      { examples: [['a | b'], ['[x](y)'], ['\\|'], ['<b>'], ['\n# x']] },
    );
  });
});
