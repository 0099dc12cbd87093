import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resolveConfig } from '../../src/experiments/config.js';
import { answersOf } from '../../src/report/answers.js';
import { reportHtml } from '../../src/report/html.js';
import { reportJson, reportOn } from '../../src/report/report.js';
import { reproductionTable } from '../../src/report/reproduction.js';
import { robustnessReport } from '../../src/report/robustness.js';
import { reportText } from '../../src/report/text.js';
import { UsageError } from '../../src/runtime/errors.js';
import type { Trial } from '../../src/sweeps/engine.js';
import { planTrials } from '../../src/sweeps/plan.js';
import { planRobustness, studiesIn } from '../../src/sweeps/robustness.js';
import { filesOfRun, sampleRun } from '../charts/sample-runs.js';

const request = { experiment: 'cifar10', preset: 'smoke', seeds: [1, 2] };

describe('A study of robustness', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'lazyahead-robustness-'));
    writeFileSync(join(directory, 'environment.json'), '{"node": "v20"}');
  });
  after(() => rmSync(directory, { recursive: true }));

  it('runs an optimizer alone and within Lookahead over two decades, and Lookahead over k and α', () => {
    const [rates, grid] = planRobustness(request);
    const of = ({ trials }: typeof rates) =>
      trials.map((trial) => {
        const { optimizer, seed, lr, k, alpha } = resolveConfig(trial.request);
        return { optimizer, seed, lr, ...(optimizer === 'sgd' ? {} : { k, alpha }) };
      });
    // 5 rates × 2 optimizers × 2 seeds; 3 × 3 × 2 seeds.
    expect(of(rates)).to.have.length(20);
    expect(of(rates)).to.deep.include({ optimizer: 'sgd', seed: 2, lr: 1 });
    expect(of(rates)).to.deep.include({
      ...{ optimizer: 'lookahead-sgd', seed: 1, lr: 0.01, k: 5, alpha: 0.8 },
    });
    expect(of(grid)).to.have.length(18);
    expect(new Set(of(grid).map(({ lr }) => lr))).to.deep.equal(new Set([0.1]));
    expect(of(grid)).to.deep.include({
      ...{ optimizer: 'lookahead-sgd', seed: 1, lr: 0.1, k: 20, alpha: 0.2 },
    });
    // Lookahead as it is by default is in both, and run once.
    const shared = rates.trials.filter(({ id }) => grid.trials.some((trial) => trial.id === id));
    expect(shared.map((trial) => trial.request.seed)).to.deep.equal([1, 2]);
  });

  it('is reported a question at a time, with a heat map each, also before it is finished', () => {
    const studies = planRobustness({ ...request, seeds: [1] });
    const trials = studies.flatMap((study) => study.trials);
    const runs = new Map(
      trials.map(({ id, request: { optimizer, lr, k, alpha } }) => {
        const values = Object.entries({ lr, k, alpha }).filter(([, v]) => v !== undefined);
        const overrides = Object.fromEntries(values) as Record<string, number>;
        const run = sampleRun({ experiment: 'cifar10', optimizer, preset: 'smoke', overrides });
        return [id, { ...run, directory }];
      }),
    );
    const sweep = {
      directory,
      experiment: 'cifar10',
      trials,
      runs,
      stopped: new Map(),
      failures: {},
    };
    const content = robustnessReport(studies, sweep);
    const { sections } = reportJson(content);
    expect(sections.map(({ rows }) => rows.length)).to.deep.equal([10, 9]);
    expect(sections.map(({ title }) => title)).to.deep.equal(studies.map(({ title }) => title));
    const html = reportHtml(content);
    for (const id of ['figure-against-lr', 'figure-map-lr', 'figure-2-map-lookahead-sgd']) {
      expect(html).to.include(`id="${id}"`);
    }
    expect(reportText(content)).to.include('within Lookahead').and.to.include('k 20, alpha 0.2');
    const some = new Map([...runs].slice(0, 3));
    expect(robustnessReport(studies, { ...sweep, runs: some }).sections).to.have.length(1);
  });

  it('keeps its questions in their order in a report on several sweeps', () => {
    const studies = planRobustness({ ...request, seeds: [1] });
    const all = studies.flatMap(({ trials }) => trials);
    const trials = [...new Map(all.map((trial) => [trial.id, trial])).values()];
    const root = join(directory, 'results');
    const finish = ({ id, request: { optimizer, lr, k, alpha } }: Trial) => {
      const own = join(root, 'study', 'trials', id);
      const values = Object.entries({ lr, k, alpha }).filter(([, value]) => value !== undefined);
      const overrides = Object.fromEntries(values) as Record<string, number>;
      mkdirSync(own, { recursive: true });
      const run = { experiment: 'cifar10', preset: 'smoke', optimizer, overrides };
      for (const [name, content] of Object.entries(filesOfRun(run))) {
        writeFileSync(join(own, name), content);
      }
    };
    // Of the rates one with overrides, of the grid Lookahead as it is by default: nearer to the preset.
    const lookahead = trials.find(({ request: { k, alpha } }) => k === 5 && alpha === 0.5)!;
    finish(trials[0]);
    finish({ ...lookahead, request: { ...lookahead.request, k: undefined, alpha: undefined } });
    writeFileSync(
      join(root, 'study', 'sweep.json'),
      JSON.stringify({ experiment: 'cifar10', trials }),
    );
    const { sections } = reportOn([root]);
    expect(sections.map(({ title }) => title)).to.deep.equal(studies.map(({ title }) => title));
  });

  it('is known again by its trials, but not where they are more or fewer', () => {
    const of = (trials: Trial[]) => studiesIn({ experiment: 'cifar10', trials });
    const studies = planRobustness({ ...request, epochs: 3, settings: { width: 4 } });
    const all = studies.flatMap(({ trials }) => trials);
    const trials = [...new Map(all.map((trial) => [trial.id, trial])).values()];
    expect(of(trials)).to.deep.equal(studies);
    expect(of(trials.slice(1))).to.equal(null);
    const [other] = planTrials({ experiment: 'cifar10', optimizers: ['adamw'] });
    expect(of([...trials, other])).to.equal(null);
    expect(studiesIn({ experiment: 'imdb', trials: [other] })).to.equal(null);
    expect(of([])).to.equal(null);
  });

  it('says first how much its learning rates matter to each optimizer', () => {
    const run = (optimizer: string, lr: number, best: number | null) =>
      sampleRun({
        ...{ experiment: 'cifar10', dataset: 'cifar10', optimizer, overrides: { lr } },
        ...(best === null ? { status: 'diverged' } : { bestValAccuracy: best }),
      });
    const runs = [
      ...[run('sgd', 0.01, 0.4), run('sgd', 1, null)],
      ...[run('lookahead-sgd', 0.01, 0.35), run('lookahead-sgd', 1, 0.5)],
    ];
    expect(answersOf(reproductionTable(runs, [])).at(-1)).to.deep.equal({
      question: 'How much does lr matter?',
      answer:
        'Over 0.01, 1: SGD 40.00 to 40.00 %, and no completed run at 1 of 2; Lookahead(SGD) 35.00 to 50.00 %.',
      kind: 'found',
    });
    // As long as it goes on, over what both have, and not over one value.
    const more = [...runs, run('sgd', 0.1, 0.9)];
    expect(answersOf(reproductionTable(more, [])).at(-1)!.answer).to.match(/^Over 0\.01, 1: /);
    const one = [run('sgd', 0.01, 0.4), run('sgd', 1, 0.1), run('lookahead-sgd', 0.01, 0.35)];
    const questions = answersOf(reproductionTable(one, [])).map(({ question }) => question);
    expect(questions).not.to.include('How much does lr matter?');
  });

  describe('asks whether a badly chosen learning rate costs Lookahead less', () => {
    /** Results by rate, a list a seed; null for a run that diverged. */
    type Results = Record<number, (number | null)[]>;
    const runsOf = (alone: Results, within: Results) =>
      Object.entries({ sgd: alone, 'lookahead-sgd': within }).flatMap(([optimizer, results]) =>
        Object.entries(results).flatMap(([lr, values]) =>
          values.map((best, i) =>
            sampleRun({
              ...{ experiment: 'cifar10', dataset: 'cifar10', optimizer, seed: i + 1 },
              overrides: { lr: Number(lr) },
              ...(best === null ? { status: 'diverged' } : { bestValAccuracy: best }),
            }),
          ),
        ),
      );
    const answer = (alone: Results, within: Results) => {
      const question = 'Does a badly chosen lr cost Lookahead(SGD) less than SGD?';
      return answersOf(reproductionTable(runsOf(alone, within), [])).find(
        (each) => each.question === question,
      );
    };

    it('by how far the mean over all rates stays behind that of the best rate, seed by seed', () => {
      // SGD: best 0.5, means 0.3, 0.31, 0.32: 20, 19, 18 points behind.
      // Lookahead: best 0.5, means 0.4 each: 10 points behind. Differences −10, −9, −8.
      const found = answer(
        { 0.1: [0.5, 0.5, 0.5], 0.3: [0.1, 0.12, 0.14] },
        { 0.1: [0.3, 0.3, 0.3], 0.3: [0.5, 0.5, 0.5] },
      );
      // −9 ± t(0.975, 2) · 1 / √3 = −9 ± 4.303 · 0.577.
      expect(found).to.deep.equal({
        question: 'Does a badly chosen lr cost Lookahead(SGD) less than SGD?',
        answer:
          'Yes: on average over 0.1, 0.3 it stays 10.00 points behind its best (at 0.3), SGD 19.00 behind its own (at 0.1): −9.00 points (95 % interval −11.48 to −6.52, 3 seeds that completed a run at each).',
        kind: 'found',
      });
    });

    it('beside the rates at which it is better, or worse, by the intervals of the differences', () => {
      // At 0.1 it is 20 points behind; at 0.2 by 0, 1, −1; at 0.3 ahead by 40, 38, 36: 38 ± 4.303 · 2 / √3.
      const runs = runsOf(
        { 0.1: [0.5, 0.5, 0.5], 0.2: [0.5, 0.5, 0.5], 0.3: [0.1, 0.12, 0.14] },
        { 0.1: [0.3, 0.3, 0.3], 0.2: [0.5, 0.51, 0.49], 0.3: [0.5, 0.5, 0.5] },
      );
      expect(answersOf(reproductionTable(runs, []))).to.deep.include({
        question: 'At which lr is Lookahead(SGD) better than SGD?',
        answer:
          'Better at 0.3 (+38.00 points); worse at 0.1 (−20.00 points); inconclusive at 0.2 (by 95 % intervals over 3 seeds each; after Holm’s correction for 3 values at 0.1, 0.3).',
        kind: 'found',
      });
    });

    it('which is the rate with the best mean, not each seed’s own', () => {
      // By their own best the seeds of SGD would stay behind by 20, 20 and 0 points. Means are 0.3, 0.3
      // at the two rates: the first is taken, and they stay behind by 20, −20 and 0 points: 0 on average.
      const noisy = answer(
        { 0.1: [0.5, 0.1, 0.3], 0.3: [0.1, 0.5, 0.3] },
        { 0.1: [0.3, 0.3, 0.3], 0.3: [0.3, 0.3, 0.3] },
      );
      expect(noisy!.answer).to.include('0.00 points behind its best (at 0.1), SGD 0.00 behind');
    });

    it('and names no value where Holm’s correction leaves none', () => {
      // 3.5 ± 1 points at each of two rates, p = 0.026 ≥ 0.05 / 2.
      const runs = runsOf(
        { 0.1: [0.5, 0.5, 0.5], 0.3: [0.5, 0.5, 0.5] },
        { 0.1: [0.525, 0.535, 0.545], 0.3: [0.525, 0.535, 0.545] },
      );
      expect(answersOf(reproductionTable(runs, []))).to.deep.include({
        question: 'At which lr is Lookahead(SGD) better than SGD?',
        answer:
          'Better at 0.1 (+3.50 points), 0.3 (+3.50 points) (by 95 % intervals over 3 seeds each; after Holm’s correction for 2 values at none).',
        kind: 'open',
      });
    });

    it('and corrects for the rates that are compared, not for what stands beside the preset’s own', () => {
      // SGD has no run at 0.9: there Lookahead is set beside itself at the preset's 0.1, 40 points behind.
      const runs = runsOf(
        { 0.1: [0.5, 0.5, 0.5], 0.3: [0.5, 0.5, 0.5] },
        { 0.1: [0.525, 0.535, 0.545], 0.3: [0.5, 0.51, 0.49], 0.9: [0.1, 0.1, 0.1] },
      );
      const question = 'At which lr is Lookahead(SGD) better than SGD?';
      const found = answersOf(reproductionTable(runs, [])).find(
        (each) => each.question === question,
      );
      expect(found!.answer).to.include('after Holm’s correction for 2 values at none');
    });

    it('and says no, or that it is inconclusive', () => {
      const steep = { 0.1: [0.5, 0.5, 0.5], 0.3: [0.1, 0.12, 0.14] };
      const flat = { 0.1: [0.3, 0.3, 0.3], 0.3: [0.5, 0.5, 0.5] };
      expect(answer(flat, steep)).to.include({ kind: 'found' });
      expect(answer(flat, steep)!.answer).to.match(/^No, it loses more: .*: \+9\.00 points/);
      const alike = { 0.1: [0.5, 0.5, 0.5], 0.3: [0.1, 0.5, 0.3] };
      expect(answer(flat, alike)!.answer).to.match(/^Inconclusive, the interval contains zero: /);
      const two = { 0.1: [0.5, 0.5], 0.3: [0.1, 0.12] };
      expect(answer(two, flat)!.answer).to.match(
        /^Too few seeds to tell, fewer than 3 completed a run at each: /,
      );
    });

    it('by the seeds alone that have completed a run at every rate, and says so', () => {
      const some = { 0.1: [0.5, 0.5, 0.5], 0.3: [0.1, 0.12, null] };
      const flat = { 0.1: [0.3, 0.3, 0.3], 0.3: [0.5, 0.5, 0.5] };
      expect(answer(some, flat)!.answer).to.match(/, 2 seeds that completed a run at each\)\.$/);
      expect(answer({ 0.1: [0.5, 0.5], 0.3: [null, null] }, flat)).to.include({
        answer: 'Not comparable: SGD has no completed run at 0.3.',
        kind: 'open',
      });
    });

    it('and does not pass over rates at which runs diverged', () => {
      const sides = (alone: Results, within: Results) =>
        answersOf(reproductionTable(runsOf(alone, within), [])).find((each) =>
          each.question?.startsWith('At which lr'),
        );
      const some = {
        0.1: [0.5, 0.5, 0.5, 0.5],
        0.2: [0.5, 0.5, 0.5, 0.5],
        0.3: [0.1, null, null, null],
      };
      const flat = { 0.1: [0.3, 0.3, 0.3, 0.3], 0.2: [0.4, 0.5, 0.6], 0.3: [0.5, 0.5, 0.5, 0.5] };
      expect(sides(some, flat)).to.include({
        answer:
          'Worse at 0.1 (−20.00 points); inconclusive at 0.2; not compared at 0.3 (SGD: 1 of 4 seeds completed) (by 95 % intervals over 3 seeds or more each; after Holm’s correction for 2 values at 0.1).',
        kind: 'found',
      });
      const alike = { 0.1: [0.5, 0.5, 0.5], 0.2: [0.4, 0.5, 0.6] };
      expect(sides(alike, { ...alike, 0.1: [0.6, 0.5, 0.4] })).to.include({ kind: 'open' });
    });
  });

  it('refuses experiments without one, in one sentence', () => {
    expect(() => planRobustness({ experiment: 'imdb' })).to.throw(UsageError, 'no study of');
  });
});
