import { expect } from 'chai';
import { cellLabel, cellsOf } from '../../src/charts/cells.js';
import { sampleRun } from './sample-runs.js';

const lookahead = (overrides: Record<string, number>, seed = 1) =>
  sampleRun({ optimizer: 'lookahead-adam', overrides, seed });
const parameters = (...runs: ReturnType<typeof sampleRun>[]) =>
  cellsOf(runs).map((cell) => cell.parameters);

describe('cellsOf', () => {
  it('puts together what differs in its seed alone', () => {
    const cells = cellsOf([
      lookahead({ k: 10 }, 1),
      lookahead({ k: 20 }, 1),
      lookahead({ k: 10 }, 2),
    ]);
    expect(cells.map((cell) => [cell.parameters, cell.runs.length])).to.deep.equal([
      [{ k: 10 }, 2],
      [{ k: 20 }, 1],
    ]);
  });

  it('names nothing that is the same for all', () => {
    expect(
      parameters(lookahead({ k: 10, epochs: 1 }), lookahead({ k: 10, epochs: 1 }, 2)),
    ).to.deep.equal([{}]);
  });

  it('knows the value that a run has from its preset', () => {
    // imdb: k 5; its preset quick: 3 epochs.
    expect(parameters(lookahead({}), lookahead({ k: 10 }))).to.deep.equal([{ k: 5 }, { k: 10 }]);
    expect(parameters(lookahead({}), lookahead({ epochs: 1 }))).to.deep.equal([
      { epochs: 3 },
      { epochs: 1 },
    ]);
  });

  it('keeps runs apart that differ in the schedule of their learning rate', () => {
    const run = (experiment: string, overrides: Record<string, string>) =>
      sampleRun({ experiment, optimizer: 'sgd(1)', preset: 'smoke', overrides });
    const other = { schedule: '×0.2 after epoch 1' };
    // ptb's preset smoke halves it after the first epoch; imdb's has no schedule.
    expect(parameters(run('ptb', {}), run('ptb', other))).to.deep.equal([
      { schedule: '×0.5 after epoch 1' },
      other,
    ]);
    expect(parameters(run('imdb', {}), run('imdb', other))).to.deep.equal([
      { schedule: 'none' },
      other,
    ]);
  });

  it('gives k to no optimizer that has no Lookahead, and no learning rate to a spec', () => {
    const runs = [
      sampleRun({ optimizer: 'adam', overrides: { lr: 0.01 } }),
      sampleRun({ optimizer: 'sgd(0.1)' }),
      lookahead({ k: 10 }),
      lookahead({}),
    ];
    expect(parameters(...runs)).to.deep.equal([
      { lr: 0.01 },
      {},
      { k: 10, lr: 0.001 },
      { k: 5, lr: 0.001 },
    ]);
  });

  it('takes runs of what this program does not know', () => {
    expect(parameters(sampleRun({ experiment: 'mnist', overrides: { lr: 1 } }))).to.deep.equal([
      {},
    ]);
  });
});

describe('cellLabel', () => {
  it('names the optimizer as the field does, and then the values', () => {
    expect(cellLabel('lookahead-adam', { k: 5, alpha: 0.2 })).to.equal(
      'Lookahead(Adam), k 5, alpha 0.2',
    );
    expect(cellLabel('adam', {})).to.equal('Adam');
  });
});
