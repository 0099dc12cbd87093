import { expect } from 'chai';
import fc from 'fast-check';
import { reproductionTable } from '../../src/report/reproduction.js';
import { reportText, reproductionText } from '../../src/report/text.js';
import { REPORTED, sampleRun } from '../charts/sample-runs.js';

describe('reproductionText', () => {
  it('prints an aligned table with sources and notes below', () => {
    const runs = [
      sampleRun({ optimizer: 'adam' }),
      sampleRun({ optimizer: 'lookahead-adam' }, { start: 0.71 }),
    ];
    expect(reproductionText(reproductionTable(runs, REPORTED)).split('\n')).to.deep.equal([
      'reported / reproduced: imdb, preset quick',
      'validation accuracy, best epoch',
      '',
      'optimizer       reported          reproduced  last epoch  seeds',
      '──────────────  ────────────────  ──────────  ──────────  ─────',
      'adam            about 83.7 % [1]  72.00 %     72.00 %     1',
      'lookahead-adam  –                 73.00 %     73.00 %     1',
      '',
      '[1] Su Jianlin, 2019-07-30; read in the source itself',
      '! undertrained: a short run',
      "! 3 epochs include Adam's best of 15 (epoch 1 to 3) but end before Lazy(Adam)'s (epoch 5 to 7), as",
      '  preset full shows: the reported advantage cannot appear',
    ]);
  });

  it('shows control characters of a run’s files instead of sending them to the terminal', () => {
    const evil = '\u001b[2Jx\u009b1m';
    const run = sampleRun({ optimizer: evil, dataset: evil });
    const table = reproductionTable([run], [], [evil]);
    const section = { title: evil, runs: [run], reported: [], notes: [evil] };
    const all =
      reproductionText(table) +
      reportText({ title: '', sections: [section], environments: [], notes: [evil] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(all).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    // As optimizer, data set and note, and once more each with the title and the report's own note.
    expect(all.split('\\x1b[2Jx\\x9b1m').length - 1).to.equal(8);
  });

  it('labels a recalled figure', () => {
    const reported = [{ ...REPORTED[0], mark: 'recalled' as const }];
    const text = reproductionText(reproductionTable([sampleRun()], reported));
    expect(text).to.include('[1] Su Jianlin, 2019-07-30; recalled, not checked');
  });

  it('says when a run is not the preset that the title names', () => {
    const run = sampleRun({ preset: 'full', overrides: { epochs: 1 } });
    const text = reproductionText(reproductionTable([run], REPORTED));
    expect(text).to.include('! not the preset: epochs 1');
  });

  it('says so when nothing was run', () => {
    expect(reproductionText(reproductionTable([], REPORTED))).to.include('no run was made');
  });

  it('fits 100 columns whatever the names', () => {
    const name = fc.string({ maxLength: 150 });
    fc.assert(
      fc.property(name, name, name, fc.nat(12), (optimizer, text, source, seeds) => {
        const runs = Array.from({ length: seeds }, (_, seed) => sampleRun({ optimizer, seed }));
        const reported = [{ ...REPORTED[0], optimizer, text, source }];
        const table = reproductionTable(runs, reported, [source]);
        for (const line of reproductionText(table).split('\n')) {
          expect(line.length).to.be.at.most(100);
        }
      }),
    );
  });
});
