import { expect } from 'chai';
import { answersOf } from '../../src/report/answers.js';
import { reproductionTable } from '../../src/report/reproduction.js';
import { differenceLines, togetherLines } from '../../src/report/sentences.js';
import { reproductionText } from '../../src/report/text.js';
import { runWithBest as best, REPORTED, sampleRun } from '../charts/sample-runs.js';

describe('the differences of a table', () => {
  it('compares an optimizer with all that it wraps, the nearest first, or else with the first', () => {
    const names = ['adam', 'lazy-adam', 'lazy-adam-freeze', 'lookahead-lazy-adam', 'sgd'];
    const runs = names.flatMap((optimizer) => [
      best(0.8, 1, { optimizer }),
      best(0.81, 2, { optimizer }),
    ]);
    const pairs = reproductionTable(runs, []).differences.map((row) => [
      row.optimizer,
      row.baseline,
      row.isNearest,
    ]);
    expect(pairs).to.deep.equal([
      ['lazy-adam', 'adam', true],
      ['lazy-adam-freeze', 'lazy-adam', true],
      ['lazy-adam-freeze', 'adam', false],
      ['lookahead-lazy-adam', 'lazy-adam', true],
      ['lookahead-lazy-adam', 'adam', false],
      ['sgd', 'adam', true],
    ]);
  });

  describe('where the best epoch is chosen on the test data', () => {
    /** Adam's best and last epoch, and Lazy(Adam)'s, a seed each. */
    const runs = (values: [number, number, number, number][], overrides: object = {}) =>
      values.flatMap(([adam, adamLast, lazy, lazyLast], seed) => [
        sampleRun({ seed, bestValAccuracy: adam, finalValAccuracy: adamLast, ...overrides }),
        sampleRun({
          ...{ seed, bestValAccuracy: lazy, finalValAccuracy: lazyLast, ...overrides },
          optimizer: 'lazy-adam',
        }),
      ]);
    const said = (of: ReturnType<typeof runs>) =>
      reproductionTable(of, REPORTED).differences.map(({ on, pairs, reported, verdict }) => [
        ...[on, Number(pairs.mean.toFixed(4)), reported && Number(reported.toFixed(4)), verdict],
      ]);
    const apart = runs([
      [0.83, 0.8, 0.84, 0.83],
      [0.83, 0.79, 0.84, 0.84],
    ]);

    it('compares optimizers at the last epoch too, which nobody reported', () => {
      // 1 and 1 point; 3 and 5 points. No rule for the preset quick.
      expect(said(apart)).to.deep.equal([
        ['validation', 0.01, 0.012, null],
        ['last', 0.04, null, null],
      ]);
      const lines = differenceLines(reproductionTable(apart, []));
      // 4 ± 12.706 · 1.414 / √2.
      expect(lines[1]).to.equal(
        'lazy-adam − adam, at the last epoch: +4.00 points (95 % interval −8.71 to 16.71, 2 seeds)',
      );
    });

    it('leaves that to reports: the terminal’s table and the questions are of the best epoch', () => {
      const table = reproductionTable(apart, []);
      expect(reproductionText(table)).to.include('+1.00 points').and.not.to.include('+4.00 points');
      const questions = answersOf(table).filter(({ question }) => question?.includes('better'));
      expect(questions).to.have.length(1);
    });

    it('does not say the same twice, nor compare so where held-out examples choose', () => {
      const alike = runs([
        [0.83, 0.83, 0.84, 0.84],
        [0.84, 0.84, 0.86, 0.86],
      ]);
      expect(said(alike).map(([on]) => on)).to.deep.equal(['validation']);
      const heldOut = apart.map(({ directory, summary, metrics }) => ({
        ...{ directory, metrics },
        summary: { ...summary, protocol: 'held-out' as const, testAccuracy: 0.8 },
      }));
      expect(said(heldOut).map(([on]) => on)).to.deep.equal(['test']);
    });
  });

  it('tells a wrapper’s difference from one of the settings too, by the specs', () => {
    const inner = (rate: number) => `momentum(${rate}, momentum=0.9)`;
    const outer = (rate: number) => `lookahead(${inner(rate)}, k=5, alpha=0.8)`;
    const isControlled = (spec: string, wrapping: string | undefined) =>
      reproductionTable(
        [
          best(0.8, 1, { optimizer: 'sgd', spec }),
          best(0.81, 1, { optimizer: 'lookahead-sgd', spec: wrapping }),
        ],
        [],
      ).differences.map((row) => row.isControlled);
    expect(isControlled(inner(0.1), outer(0.1))).to.deep.equal([true]);
    expect(isControlled(inner(0.05), outer(0.1))).to.deep.equal([false]);
    expect(isControlled(inner(0.1), undefined)).to.deep.equal([null]);
  });

  describe('of several differences', () => {
    /** Three seeds by which each is better than Adam by so many points, one more and one less. */
    const table = (points: Record<string, number>) =>
      reproductionTable(
        [-1, 0, 1].flatMap((by, seed) => [
          best(0.8, seed),
          ...Object.entries(points).map(([optimizer, mean]) =>
            best(0.8 + (mean + by) / 100, seed, { optimizer }),
          ),
        ]),
        [],
      );

    it('says what Holm’s correction leaves of them', () => {
      // p of 3.5 ± 1 is 0.026, of 7 ± 1 0.0067, of three: 0.0067 < 0.05 / 2, 0.026 < 0.05.
      const clear = table({ 'lazy-adam': 3.5, 'lookahead-adam': 7 });
      expect(togetherLines(clear)).to.deep.equal([
        'Holm’s correction for all 2 differences at the best epoch: zero is excluded for each',
      ]);
      // 0.026 ≥ 0.05 / 2.
      const alike = table({ 'lazy-adam': 3.5, 'lookahead-adam': 3.5 });
      expect(togetherLines(alike)).to.deep.equal([
        'Holm’s correction for all 2 differences at the best epoch: zero is excluded for none',
      ]);
      expect(alike.differences.map(({ together }) => together)).to.deep.equal([
        { of: 2, excludesZero: false },
        { of: 2, excludesZero: false },
      ]);
      // 2 ± 1 holds zero by itself; 0.0067 < 0.05 / 2.
      expect(togetherLines(table({ 'lazy-adam': 2, 'lookahead-adam': 7 }))[0]).to.match(
        /: zero is excluded for lookahead-adam − adam$/,
      );
      expect(togetherLines(table({ 'lazy-adam': 3.5 }))).to.deep.equal([]);
    });

    it('calls better only what this leaves', () => {
      // 3.5 ± 4.303 / √3.
      const [lazy] = answersOf(table({ 'lazy-adam': 3.5 })).slice(1);
      expect(lazy.answer).to.equal('Yes: +3.50 points (95 % interval 1.02 to 5.98, 3 seeds).');
      const [, one, other] = answersOf(table({ 'lazy-adam': 3.5, 'lookahead-adam': 3.5 }));
      for (const { kind, answer } of [one, other]) {
        expect(kind).to.equal('open');
        expect(answer).to.equal(
          'Inconclusive among 2 comparisons (Holm’s correction), though its own interval excludes zero: +3.50 points (95 % interval 1.02 to 5.98, 3 seeds).',
        );
      }
    });
  });

  it('asks whether a wrapper is better, and says where more than the wrapper differs', () => {
    const runs = [1, 2, 3].flatMap((seed) => [
      best(0.8, seed, { optimizer: 'sgd', spec: 'sgd(0.05)' }),
      best(0.81, seed, { optimizer: 'lookahead-sgd', spec: 'lookahead(sgd(0.1), k=5, alpha=0.8)' }),
      best(0.79, seed, { optimizer: 'adamw', spec: 'adamw(0.001)' }),
    ]);
    const [, wrapped, other] = answersOf(reproductionTable(runs, []));
    expect(wrapped.question).to.equal(
      'Is Lookahead(SGD) better than SGD (their hyperparameters differ)?',
    );
    expect(wrapped.answer).to.match(/^Yes, though not by the wrapper alone: \+1\.00 points /);
    expect(other.answer).to.match(/^No, it is worse: −1\.00 points /);
  });

  it('compares in a sweep what has the same values, and each value with the preset’s own', () => {
    // The preset's rate is 1e-3.
    const runs = [1, 2, 3].flatMap((seed) =>
      [{}, { lr: 0.01 }].flatMap((overrides, i) => [
        best(0.8 + 0.01 * i, seed, { overrides }),
        best(0.82 + 0.02 * i, seed, { overrides, optimizer: 'lazy-adam' }),
      ]),
    );
    const rows = reproductionTable(runs, []).differences;
    const said = rows.map((row) => [
      ...[row.optimizer, row.parameters.lr, row.baseline, row.baselineParameters.lr],
      Number(row.pairs.mean.toFixed(4)),
    ]);
    expect(said).to.deep.equal([
      ['lazy-adam', 0.001, 'adam', 0.001, 0.02],
      ['adam', 0.01, 'adam', 0.001, 0.01],
      ['lazy-adam', 0.01, 'adam', 0.01, 0.03],
      ['lazy-adam', 0.01, 'lazy-adam', 0.001, 0.02],
    ]);
  });
});
