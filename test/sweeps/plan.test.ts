import { expect } from 'chai';
import { UsageError } from '../../src/runtime/errors.js';
import { labelOf, planSweep, planTrials, type SweepRequest } from '../../src/sweeps/plan.js';

const labels = (request: Omit<SweepRequest, 'experiment'>) =>
  planTrials({ experiment: 'imdb', preset: 'smoke', ...request }).map(labelOf);

describe('planTrials', () => {
  it('plans optimizers × grid × seeds, a whole sweep with the first seed first', () => {
    const grid = { k: [5, 10] };
    expect(labels({ optimizers: ['lookahead-adam'], grid, seeds: [1, 2] })).to.deep.equal([
      'lookahead-adam, k 5, seed 1',
      'lookahead-adam, k 10, seed 1',
      'lookahead-adam, k 5, seed 2',
      'lookahead-adam, k 10, seed 2',
    ]);
  });

  it('runs what has no Lookahead once beside a grid of k and alpha', () => {
    const grid = { k: [5, 10], lr: [0.1, 0.2] };
    expect(labels({ optimizers: ['adam', 'lookahead-adam'], grid })).to.deep.equal([
      'adam, lr 0.1, seed 1',
      'adam, lr 0.2, seed 1',
      'lookahead-adam, k 5, lr 0.1, seed 1',
      'lookahead-adam, k 5, lr 0.2, seed 1',
      'lookahead-adam, k 10, lr 0.1, seed 1',
      'lookahead-adam, k 10, lr 0.2, seed 1',
    ]);
  });

  it('gives equal trials equal ids, and different ones different ids that folders can have', () => {
    const plan = () =>
      planTrials({ experiment: 'imdb', grid: { units: [8, 16], lr: [1e-3, 1e-2] }, seeds: [1, 2] });
    const ids = plan().map(({ id }) => id);
    expect(plan().map(({ id }) => id)).to.deep.equal(ids);
    expect(new Set(ids).size).to.equal(4 * 4 * 2);
    for (const id of ids) expect(id).to.match(/^[\w-]+-seed[12]-[0-9a-f]{8}$/);
  });

  it('plans a value once that is also the default', () => {
    const one = planTrials({ experiment: 'imdb', optimizers: ['adam'] });
    const other = planTrials({ experiment: 'imdb', optimizers: ['adam'], grid: { lr: [1e-3] } });
    expect(other[0].id).to.equal(one[0].id);
  });

  it('is plain JSON', () => {
    const trials = planTrials({ experiment: 'imdb', grid: { lr: [0.1] } });
    expect(JSON.parse(JSON.stringify(trials))).to.deep.equal(trials);
  });

  it('draws points at random, the same for every optimizer and seed', () => {
    const trials = planTrials({
      ...{ experiment: 'imdb', optimizers: ['adam', 'lazy-adam'], seeds: [1, 2] },
      ...{ random: 3, ranges: { lr: { from: 1e-4, to: 1e-1, log: true } } },
    });
    expect(trials).to.have.length(12);
    expect(new Set(trials.map(({ request }) => request.lr)).size).to.equal(3);
  });

  const grid = { k: [5] };
  const ranges = { lr: { from: 1, to: 2 } };
  for (const [request, sentence] of [
    [
      { grid: { kk: [1] } },
      'There is no hyperparameter "kk"; did you mean k? Choose one of lr, k,',
    ],
    [{ grid: { ALPHA: [1] } }, 'There is no hyperparameter "ALPHA"; did you mean alpha?'],
    [{ grid: { optimizer: ['adam'] } }, 'name several with --optimizers.'],
    [{ grid, optimizers: ['adam'] }, 'k and alpha are Lookahead'],
    [{ grid, optimizers: ['sgd(0.1)'] }, 'Beside a spec there is no k:'],
    [{ grid: { lr: [0.1, -1] } }, 'lr is a number above 0, not -1.'],
    [{ grid: { units: [1.5] } }, 'units is a whole number from 1, not 1.5.'],
    [{ ranges }, 'say how many times with --random'],
    [{ ranges, grid: { lr: [1] }, random: 2 }, 'lr has both values and a range'],
    [{ ranges: { lr: { from: 2, to: 1 } }, random: 2 }, 'goes from 2 to 1: the first must be less'],
    [{ ranges: { lr: { from: 0, to: 1, log: true } }, random: 2 }, 'it must start above 0'],
    [{ ranges, random: 1.5 }, 'a whole number of points from 1, not 1.5'],
    [{ seeds: [] }, 'The list of seeds is empty'],
    [{ optimizers: [] }, 'The list of optimizers is empty'],
  ] as [Omit<SweepRequest, 'experiment'>, string][]) {
    it(`refuses ${JSON.stringify(request)}: ${sentence}`, () => {
      expect(() => labels(request)).to.throw(UsageError, sentence);
    });
  }
});

describe('The ids of trials', () => {
  it('stay what they were when results were published, so that those sweeps can be continued', () => {
    const trials = planTrials({
      experiment: 'imdb',
      preset: 'full',
      optimizers: ['adam', 'lazy-adam'],
    });
    expect(trials.map(({ id }) => id)).to.deep.equal([
      'adam-seed1-7c2e5b35',
      'lazy-adam-seed1-3b6bea79',
    ]);
  });

  it('differ between protocols', () => {
    const ids = (['best-on-test', 'held-out', undefined] as const).map(
      (protocol) => planTrials({ experiment: 'imdb', optimizers: ['adam'], protocol })[0].id,
    );
    expect(new Set(ids).size).to.equal(2);
    expect(ids[0]).to.equal(ids[2]);
  });
});

describe('planSweep', () => {
  it('plans a spec once that is written in two ways', async () => {
    const optimizers = ['adam', 'sgd(1e-1)', 'sgd( 0.1 )'];
    const trials = await planSweep({ experiment: 'imdb', preset: 'smoke', optimizers }, {});
    expect(trials.map(({ request }) => request.optimizer)).to.deep.equal(['adam', 'sgd(0.1)']);
  });
});
