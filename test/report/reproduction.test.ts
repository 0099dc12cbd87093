import { expect } from 'chai';
import fc from 'fast-check';
import { EXPERIMENTS } from '../../src/experiments/config.js';
import { answersOf } from '../../src/report/answers.js';
import { reproductionTable } from '../../src/report/reproduction.js';
import { reproductionText } from '../../src/report/text.js';
import type { RunResult } from '../../src/training/results.js';
import { runWithBest as best, REPORTED, sampleRun } from '../charts/sample-runs.js';

describe('reproductionTable', () => {
  it('sets the reported figure with its source beside the mean over seeds', () => {
    const { rows } = reproductionTable([best(0.8, 1), best(0.84, 2)], REPORTED);
    expect(rows).to.have.length(1);
    expect(rows[0].reported).to.deep.equal({
      value: 0.837,
      text: 'about 83.7 %',
      source: 'Su Jianlin, 2019-07-30',
      mark: 'read',
    });
    const { best: ours, final, seeds, bestPerSeed, seconds } = rows[0].reproduced!;
    expect(ours.mean).to.be.closeTo(0.82, 1e-12);
    expect(final.mean).to.be.closeTo(0.8, 1e-12);
    // Deviations ±0.02: sqrt((0.0004 + 0.0004) / (2 − 1)).
    expect(ours.sd).to.be.closeTo(0.02 * Math.SQRT2, 1e-12);
    // 12.7062 · sd / √2 = 12.7062 · 0.02.
    expect(ours.confidence![1] - 0.82).to.be.closeTo(0.254124, 1e-6);
    expect(seconds).to.equal(90);
    expect(seeds).to.deep.equal([1, 2]);
    expect(bestPerSeed).to.deep.equal([0.8, 0.84]);
  });

  it('has no deviation with one seed and no reported figure where none is known', () => {
    const [row] = reproductionTable([sampleRun({ optimizer: 'lookahead-adam' })], REPORTED).rows;
    expect(row.reproduced!.best.sd).to.equal(null);
    expect(row.reported).to.equal(null);
  });

  it('counts completed runs alone and names the others', () => {
    const cut = best(0.99, 2, { status: 'interrupted', epochs: 1 });
    const { rows, notes } = reproductionTable([best(0.8, 1), cut], REPORTED);
    expect(rows[0].reproduced!.seeds).to.deep.equal([1]);
    expect(notes).to.include('not counted: adam, seed 2, interrupted after 1 epoch');
  });

  it('names the others by what varies, as the rows do', () => {
    const runs = [0.01, 0.1, 1].map((lr) =>
      best(0.8, 1, { overrides: { lr, epochs: 2 }, ...(lr === 1 && { status: 'diverged' }) }),
    );
    const { notes } = reproductionTable([...runs, best(0.8, 1, { status: 'interrupted' })], []);
    expect(notes.filter((note) => note.startsWith('not counted'))).to.deep.equal([
      'not counted: adam, lr 1, epochs 2, seed 1, diverged after 3 epochs',
      // The preset's own.
      'not counted: adam, lr 0.001, epochs 3, seed 1, interrupted after 3 epochs',
    ]);
  });

  it('leaves the figure out when no run of an optimizer was completed', () => {
    const diverged = sampleRun({ status: 'diverged' }, { epochs: 0 });
    const [row] = reproductionTable([diverged], REPORTED).rows;
    expect(row.reproduced).to.equal(null);
  });

  /** What a preset says of itself stands in every table of it. */
  const ownNotes = Object.values(EXPERIMENTS.imdb.presets).map(({ note }) => note);
  const withoutOwn = (runs: RunResult[], more: string[] = []) =>
    reproductionTable(runs, [], more).notes.filter((note) => !ownNotes.includes(note));

  it('has what the preset says of itself', () => {
    const { notes } = reproductionTable([sampleRun({ preset: 'full' })], []);
    expect(notes).to.deep.equal([EXPERIMENTS.imdb.presets.full.note]);
  });

  it('warns of a subset, of synthetic data and of an unverified copy, and of nothing else', () => {
    const notes = (overrides: object, ...more: string[]) =>
      withoutOwn([sampleRun({ preset: 'full', ...overrides })], more);
    expect(notes({})).to.deep.equal([]);
    expect(notes({ preset: 'quick' })).to.deep.equal(['undertrained: a short run']);
    expect(notes({ verified: false })[0]).to.match(/^unverified copy/);
    expect(notes({ synthetic: true, verified: false })).to.deep.equal([
      'synthetic data: not comparable with the reported figures',
    ]);
    expect(notes({}, 'gates of Keras 2.2')).to.deep.equal(['gates of Keras 2.2']);
  });

  it('says what differs from the preset, once for all runs', () => {
    const run = (seed: number, overrides: object) =>
      sampleRun({ preset: 'full', seed, overrides: { ...overrides } });
    const runs = [run(1, { epochs: 1, lr: 0.01 }), run(2, { epochs: 1, lr: 0.01 })];
    expect(withoutOwn(runs)).to.deep.equal(['not the preset: epochs 1, lr 0.01']);
  });

  it('gives a row to each value of what varies, the default among them, and no note', () => {
    const run = (seed: number, overrides: object) =>
      sampleRun({ optimizer: 'lookahead-adam', seed, overrides: { ...overrides } });
    const runs = [run(1, { k: 10 }), run(2, { k: 10 }), run(1, {}), run(2, {})];
    const { rows, notes } = reproductionTable([...runs, sampleRun()], []);
    expect(rows.map(({ optimizer, parameters }) => [optimizer, parameters])).to.deep.equal([
      ['lookahead-adam', { k: 10 }],
      ['lookahead-adam', { k: 5 }],
      ['adam', {}],
    ]);
    expect(rows[0].reproduced!.seeds).to.deep.equal([1, 2]);
    expect(notes.join()).not.to.include('not the preset');
  });

  describe('by the rule', () => {
    /** Five seeds around 0.8377: scipy's prediction interval is 0.8314 to 0.8440. */
    const five = [0.8366, 0.8391, 0.8402, 0.8378, 0.8349];
    const runs = (overrides: object = {}) =>
      five.flatMap((value, i) => [
        best(value, i, { preset: 'full', ...overrides }),
        best(value + 0.01 + 0.001 * (i % 2), i, {
          preset: 'full',
          optimizer: 'lazy-adam',
          ...overrides,
        }),
      ]);

    it('tells of figures and of the differences between them', () => {
      const { rows, differences, incomparable } = reproductionTable(runs(), REPORTED);
      expect(incomparable).to.equal(null);
      // 0.837 and 0.849; the second set is the first and 0.0104 on average, to 0.8481 ± 0.0058.
      expect(rows.map(({ verdict }) => verdict)).to.deep.equal(['reproduced', 'reproduced']);
      expect(differences).to.have.length(1);
      const [{ optimizer, baseline, pairs, reported, verdict }] = differences;
      expect([optimizer, baseline]).to.deep.equal(['lazy-adam', 'adam']);
      expect(pairs.mean).to.be.closeTo(0.0104, 1e-12);
      expect(reported).to.be.closeTo(0.012, 1e-12);
      // Differences of 0.010 or 0.011, sd 0.00055: 0.012 ≤ 0.0104 + 2.776 · 0.00055 · √1.2 = 0.01207.
      expect(verdict).to.equal('reproduced in size');
    });

    it('tells of what was claimed in words, in the table’s lines and as a question', () => {
      // The claim's source is not the figures' here. The lazy ones are 0.8466, 0.8501, 0.8502, 0.8488, 0.8449: two of five above 0.849.
      const table = reproductionTable(runs(), REPORTED);
      const said = '2 of 5 runs are; their mean is 84.81 ± 0.23 %, 95 % interval 84.52 to 85.10';
      expect(reproductionText(table).replace(/\n {2}/g, ' ')).to.include(
        `lazy-adam: consistently above 84.9 % [2]: not reproduced (${said})`,
      );
      expect(answersOf(table)).to.deep.include({
        question: 'Is Lazy(Adam) consistently above 84.9 %, as reported?',
        answer: `No: ${said}.`,
        kind: 'not reproduced',
      });
      expect(reproductionTable(runs({ preset: 'quick' }), REPORTED).claims).to.deep.equal([]);
      // Nor where nothing that was reported is to stand beside the runs.
      expect(reproductionTable(runs(), []).claims).to.deep.equal([]);
    });

    it('counts a run that diverged against a claim', () => {
      const lazy = (seed: number, more = {}) =>
        best(0.851, seed, { preset: 'full', optimizer: 'lazy-adam', ...more });
      const five = [1, 2, 3, 4, 5].map((seed) => lazy(seed));
      const claimOf = (all: RunResult[]) => answersOf(reproductionTable(all, REPORTED)).at(-1)!;
      expect(claimOf(five).answer).to.match(/^Yes: 5 of 5 runs are; /);
      expect(claimOf([...five, lazy(6, { status: 'diverged' })])).to.deep.equal({
        question: 'Is Lazy(Adam) consistently above 84.9 %, as reported?',
        answer:
          'No: 5 of 6 runs are, 1 diverged; the others’ mean is 85.10 ± 0.00 %, 95 % interval 85.10 to 85.10.',
        kind: 'not reproduced',
      });
    });

    it('says of figures and differences how many runs diverged, which they do not count', () => {
      const diverged = best(0.5, 5, { preset: 'full', optimizer: 'lazy-adam', status: 'diverged' });
      const table = reproductionTable([...runs(), diverged], REPORTED);
      const answers = answersOf(table).map(({ answer }) => answer);
      expect(answers[0]).to.include('(95 % prediction interval 83.14 to 84.40, 5 seeds)');
      expect(answers[1]).to.include(', 5 seeds; 1 run diverged)');
      expect(answers[2]).to.match(/^Yes, in sign and size: .*, 5 seeds; 1 run diverged\); /);
      const text = reproductionText(table).replace(/\n {2}/g, ' ');
      expect(text.match(/5 seeds; 1 run diverged/g)).to.have.length(2);
    });

    it('sets beside a preset with figures of its own those alone, on test data where they are', () => {
      const figures: typeof REPORTED = [
        { ...REPORTED[0], value: 66, text: '66.00' },
        { ...REPORTED[0], value: 115, text: 'about 115 (test)', preset: 'standard', on: 'test' },
      ];
      // Around 113 on the test data, 121 on the validation data.
      const table = (preset: string) =>
        reproductionTable(
          [111, 112, 113, 114, 115].map((testPerplexity, seed) =>
            sampleRun({
              ...{ experiment: 'ptb', metric: 'perplexity', dataset: 'ptb', preset, seed },
              ...{ bestValPerplexity: 121, finalValPerplexity: 121, testPerplexity },
            }),
          ),
          figures,
        );
      const [{ reported, verdict }] = table('standard').rows;
      // 113 ± 2.776 · 1.58 · √1.2 = 113 ± 4.81.
      expect([reported!.text, verdict]).to.deep.equal(['about 115 (test)', 'reproduced']);
      const [quick] = table('quick').rows;
      expect([quick.reported!.text, quick.verdict]).to.deep.equal(['66.00', null]);
    });

    it('is silent where the runs are not what was reported', () => {
      const reason = (overrides: object) =>
        reproductionTable(runs(overrides), REPORTED).incomparable;
      expect(reason({ synthetic: true })).to.equal('the data are synthetic');
      expect(reason({ preset: 'quick' })).to.match(/^the preset quick is not/);
      expect(reason({ overrides: { epochs: 1 } })).to.equal('the runs are not the preset');
      const { rows, differences } = reproductionTable(runs({ preset: 'quick' }), REPORTED);
      expect(rows.map(({ verdict }) => verdict)).to.deep.equal([null, null]);
      expect(differences.map(({ verdict }) => verdict)).to.deep.equal([null]);
    });
  });

  it('refuses to average over presets or data sets', () => {
    const mixed = [sampleRun({ preset: 'quick' }), sampleRun({ preset: 'full' })];
    expect(() => reproductionTable(mixed, [])).to.throw(
      'one table compares runs of one preset, not of quick and full',
    );
  });

  it('has a row an optimizer, in running order, whatever was run, and the mean within the range', () => {
    const anyRun = fc
      .record({
        optimizer: fc.constantFrom('adam', 'lazy-adam', 'sgd'),
        seed: fc.nat(9),
        bestValAccuracy: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map((summary) => sampleRun(summary));
    fc.assert(
      fc.property(fc.array(anyRun), (runs) => {
        const { rows } = reproductionTable(runs, REPORTED);
        expect(rows.map((row) => row.optimizer)).to.deep.equal([
          ...new Set(runs.map((run) => run.summary.optimizer)),
        ]);
        for (const { reproduced } of rows) {
          const { best: ours, bestPerSeed } = reproduced!;
          expect(ours.mean).to.be.within(
            Math.min(...bestPerSeed) - 1e-12,
            Math.max(...bestPerSeed) + 1e-12,
          );
        }
      }),
    );
  });
});
