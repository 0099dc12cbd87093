import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Nodes } from 'mdast';
import { isReport, reportMarkdown } from '../../src/report/markdown.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';
import { parse } from '../docs/markdown.js';

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
      '| Adam | about 83.7 % \\[1\\] | 83.80 ± 0.16 % | 83.60 to 84.00 | 83.80 ± 0.16 % | 5 | reproduced | 1 min 30 s |',
    );
    expect(markdown).to.include('1. Su Jianlin, 2019-07-30; read in the source itself');
    expect(markdown).to.include(
      '- adam: about 83.7 % reproduced (95 % prediction interval 83.32 to 84.28, 5 seeds)',
    );
    expect(markdown).to.match(/- lazy-adam − adam: \+1\.50 points .*; reported \+1\.20 points: /);
    expect(markdown).to.include('| Node.js | 20.20.2 |');
  });

  it('begins with what a reader wants to know: is it reproduced, and which is better?', () => {
    const [, short] = markdown.split(/^## .*$/m);
    expect(short).to.include(
      '### Reproduced\n\n- IMDB reviews, preset full: **Is about 83.7 % with Adam reproduced?** Yes: ours is 83.80 ± 0.16 % (95 % prediction interval 83.32 to 84.28, 5 seeds).',
    );
    expect(short).to.match(
      /\*\*Is Lazy\(Adam\)’s reported advantage over Adam, \+1\.20 points, reproduced\?\*\* Yes, /,
    );
    const few = reportMarkdown(
      { ...content, sections: [{ runs: [runs[0]], reported: REPORTED }] },
      '.',
    );
    expect(few).to.include(
      '### Inconclusive at this scale\n\n- IMDB reviews, preset full: **Is about 83.7 % with Adam reproduced?** Too few seeds to tell, 1 of at least 5: so far ours is 83.60 %.',
    );
    const quick = { runs: [sampleRun()], reported: REPORTED };
    expect(reportMarkdown({ ...content, sections: [quick] }, '.')).to.include(
      '**Are the reported figures reproduced?** Not judged by these runs: the preset quick is not',
    );
  });

  it('has one hyperparameter against another as a table', () => {
    const grid = [5, 10].flatMap((k) =>
      [0.2, 0.5].map((alpha) =>
        sampleRun(
          { optimizer: 'lookahead-adam', overrides: { k, alpha } },
          { start: 0.7 + k / 100 },
        ),
      ),
    );
    // Adam beside them has neither, and no table.
    const runs = [sampleRun({ optimizer: 'adam' }), ...grid];
    const text = reportMarkdown({ ...content, sections: [{ runs, reported: [] }] }, '.');
    expect(text).not.to.include('undefined');
    expect(text).to.include(
      'Best validation accuracy, mean ± standard deviation over 1 seed; higher is better:\n\n| Lookahead(Adam) | alpha 0.2 | alpha 0.5 |\n| --- | ---: | ---: |\n| k 5 | 77.00 % | 77.00 % |\n| k 10 | 82.00 % | 82.00 % |',
    );
  });

  it('has in that table what the lead and the verdicts are of, test data where there are any', () => {
    const runs = [5, 10].flatMap((k) =>
      [0.2, 0.5].map((alpha) =>
        sampleRun({
          ...{ optimizer: 'lookahead-adam', overrides: { k, alpha } },
          ...{ protocol: 'held-out', testAccuracy: k / 20 },
        }),
      ),
    );
    const text = reportMarkdown({ ...content, sections: [{ runs, reported: [] }] }, '.');
    expect(text).to.match(/Test accuracy at the best epoch, .* higher is better:/);
    expect(text).to.include('| k 5 | 25.00 % | 25.00 % |');
  });

  it('judges held-out runs by the test data, and compares no reported figure with them', () => {
    const heldOut = [1, 2, 3].flatMap((seed) => [
      sampleRun({ seed, protocol: 'held-out', testAccuracy: 0.8 + 0.001 * seed }),
      sampleRun({
        seed,
        protocol: 'held-out',
        optimizer: 'lazy-adam',
        testAccuracy: 0.81 + 0.001 * seed * seed,
      }),
    ]);
    const text = reportMarkdown(
      { ...content, sections: [{ runs: heldOut, reported: REPORTED }] },
      '.',
    );
    expect(text).to.include('## IMDB reviews, preset quick, held out');
    expect(text).to.include(
      'test accuracy at the best epoch from 80.20 % with Adam to 81.47 % with',
    );
    // Differences 0.010, 0.012, 0.016.
    expect(text).to.include('- lazy-adam − adam, on the test data: +1.27 points (95 % interval');
    expect(text).not.to.include('Verdict');
    const mixed = { runs: [...heldOut, sampleRun()], reported: REPORTED };
    expect(() => reportMarkdown({ ...content, sections: [mixed] }, '.')).to.throw(
      'one table compares runs of one protocol',
    );
  });

  it('lists every run with a link to its summary and the command that repeats it', () => {
    expect(markdown).to.include('| `npx lazyahead runs rerun runs/sample` |');
    expect(markdown).to.include('[Adam](runs/sample/summary.json) | 3 | 83.80 % |');
    const spaced = [{ ...sampleRun(), directory: 'my runs/sample' }];
    const sections = [{ runs: spaced, reported: REPORTED }];
    const quoted = reportMarkdown({ ...content, sections, paths: ['my runs'] }, '.');
    expect(quoted).to.include("| `npx lazyahead runs rerun 'my runs/sample'` |");
    expect(quoted).to.include("by `npx lazyahead report 'my runs' --md`.");
    expect(reportMarkdown({ ...content, paths: ['.'] }, '.')).to.include(
      'by `npx lazyahead report . --md`.',
    );
    expect(reportMarkdown(content, join('runs'))).to.include('(sample/summary.json)');
  });

  it('is known again, cut short or with a system’s own line ends, and not taken for another page', () => {
    expect(isReport(markdown)).to.equal(true);
    expect(isReport(markdown.slice(0, markdown.length / 2))).to.equal(true);
    expect(isReport(markdown.replaceAll('\n', '\r\n'))).to.equal(true);
    for (const other of ['', '# My project\n\n10 runs.\n', `# What we found\n\n${markdown}`]) {
      expect(isReport(other)).to.equal(false);
    }
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
    /** The kinds of all nodes of the page, in order, but for the text in them. */
    const kindsWith = (name: string) => {
      const run = sampleRun({ optimizer: name, preset: name });
      const reported = [{ ...REPORTED[0], optimizer: name, source: name }];
      const page = reportMarkdown(
        { title: name, sections: [{ runs: [run], reported }], environments: [] },
        '.',
      );
      const kinds = (node: Nodes): string[] =>
        node.type === 'text'
          ? []
          : [node.type, ...('children' in node ? node.children.flatMap(kinds) : [])];
      return kinds(parse(page));
    };
    const plain = kindsWith('x');
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        // An address is a link by itself, wherever it stands.
        fc.pre(name.trim() !== '' && !/@|www\.|:\/\//.test(name));
        expect(kindsWith(name)).to.deep.equal(plain);
      }),
      {
        examples: [
          ['a | b'],
          ['[x](y)'],
          ['\\|'],
          ['<b>'],
          ['\n# x'],
          ['*x*'],
          ['&lt;'],
          ['+ x'],
          ['1. x'],
          ['---'],
        ],
      },
    );
  });
});
