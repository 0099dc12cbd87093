import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resolveConfig } from '../../src/experiments/config.js';
import { reportHtml } from '../../src/report/html.js';
import { reportJson } from '../../src/report/report.js';
import { robustnessReport } from '../../src/report/robustness.js';
import { reportText } from '../../src/report/text.js';
import { UsageError } from '../../src/runtime/errors.js';
import { planRobustness } from '../../src/sweeps/robustness.js';
import { sampleRun } from '../charts/sample-runs.js';

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
    const sweep = { directory, experiment: 'cifar10', trials, runs, failures: {} };
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

  it('refuses experiments without one, in one sentence', () => {
    expect(() => planRobustness({ experiment: 'imdb' })).to.throw(UsageError, 'no study of');
  });
});
