import { expect } from 'chai';
import { checkDraws, gridOption, rangeOption } from '../../src/cli/sweep-options.js';
import { UsageError } from '../../src/runtime/errors.js';

describe('the options of a sweep', () => {
  it('reads values as numbers where they are, beside the names before them', () => {
    expect(gridOption('k=5, 10,2e1', { lr: [0.1] })).to.deep.equal({ lr: [0.1], k: [5, 10, 20] });
    expect(gridOption('lstm=keras2.2,today', {})).to.deep.equal({ lstm: ['keras2.2', 'today'] });
  });

  it('takes a name as the other options write it', () => {
    expect(gridOption('batch-size=32', {})).to.deep.equal({ batchSize: [32] });
  });

  it('reads ranges, and whether they are drawn from by logarithm', () => {
    expect(rangeOption('log-range')('lr=1e-4..1e-1', {})).to.deep.equal({
      lr: { from: 1e-4, to: 0.1, log: true },
    });
    expect(rangeOption('range')('alpha=.2...8', {})).to.deep.equal({
      alpha: { from: 0.2, to: 0.8, log: false },
    });
  });

  for (const [read, text, sentence] of [
    [gridOption, 'k', '--grid takes a name and values as in k=5,10,20, not "k".'],
    [gridOption, 'k=', 'not "k=".'],
    [gridOption, '=5', 'not "=5".'],
    [rangeOption('range'), 'alpha=0.2', '--range takes two numbers as in alpha=0.2..0.8'],
    [rangeOption('range'), 'alpha=..1', 'two numbers'],
    [rangeOption('log-range'), 'lr=a..b', '--log-range takes two numbers as in lr=1e-4..1e-1'],
  ] as [(text: string, before: object) => unknown, string, string][]) {
    it(`refuses ${text}`, () => {
      expect(() => read(text, {})).to.throw(UsageError, sentence);
    });
  }

  it('refuses a grid that names a hyperparameter twice', () => {
    expect(() => gridOption('k=10', { k: [5] })).to.throw(UsageError, '--grid has k twice');
  });

  it('takes a name once that objects have anyway: whether there is one such is told later', () => {
    const [grid, range] = [gridOption, rangeOption('range')];
    expect(grid('toString=1', {})).to.have.own.property('toString');
    expect(range('constructor=1..2', {})).to.have.own.property('constructor');
  });

  const lr = { from: 0.1, to: 0.2, log: false };

  it('refuses a second range of a hyperparameter, of either kind', () => {
    for (const option of ['range', 'log-range'] as const) {
      expect(() => rangeOption(option)('lr=0.3..0.4', { lr })).to.throw(
        UsageError,
        `--${option} has lr twice: leave one of the two ranges out.`,
      );
    }
    expect(() => checkDraws({ range: { lr }, logRange: { lr }, random: 3 })).to.throw(
      UsageError,
      'Both --range and --log-range have lr',
    );
    checkDraws({ range: { lr }, logRange: { alpha: lr }, random: 3 });
  });

  it('refuses a seed of drawing where nothing is drawn', () => {
    const none = { range: {}, logRange: {}, searchSeed: 7 };
    expect(() => checkDraws(none)).to.throw(UsageError, '--search-seed 7 decides what');
    checkDraws({ ...none, random: 3 });
    checkDraws({ ...none, search: 'tpe' });
  });
});
