import { expect } from 'chai';
import { MEMORY_A_TRIAL, sensibleWorkers } from '../../src/sweeps/workers.js';

const machine = { cores: 4, memory: 100 * MEMORY_A_TRIAL };

describe('sensibleWorkers', () => {
  it('is one a core unless asked otherwise', () => {
    expect(sensibleWorkers(undefined, 1, machine)).to.deep.equal({ workers: 4 });
    expect(sensibleWorkers(3, 1, machine)).to.deep.equal({ workers: 3 });
  });

  it('is fewer where trials have several threads each', () => {
    expect(sensibleWorkers(undefined, 2, machine)).to.deep.equal({ workers: 2 });
  });

  it('is never more than the cores, and says so', () => {
    expect(sensibleWorkers(8, 1, machine)).to.deep.equal({
      workers: 4,
      warning: '8 workers were asked for, but 4 cores and 1 thread a trial allow for 4.',
    });
    expect(sensibleWorkers(1, 8, machine).workers).to.equal(1);
  });

  it('is never more than memory holds, and says so, by default too', () => {
    const small = { cores: 4, memory: 2.5 * MEMORY_A_TRIAL };
    expect(sensibleWorkers(3, 1, small)).to.deep.equal({
      workers: 2,
      warning:
        '3 workers were asked for, but 3.0 GB of free memory and about 1.2 GB a trial allow for 2.',
    });
    expect(sensibleWorkers(undefined, 1, small).warning).to.match(/^4 cores, but 3.0 GB/);
  });

  it('is one however small the machine', () => {
    expect(sensibleWorkers(1, 1, { cores: 1, memory: 0 })).to.deep.equal({ workers: 1 });
  });
});
