import { expect } from 'chai';
import { showSweep } from '../../src/cli/sweep-progress.js';
import { planTrials } from '../../src/sweeps/plan.js';

describe('a sweep on standard error', () => {
  it('shows control characters of what a trial says, which may run on another machine', () => {
    const [trial] = planTrials({ experiment: 'imdb', optimizers: ['adam'] });
    const progress = { ended: 0, failed: 1, total: 1, secondsLeft: () => null };
    const { write } = process.stderr;
    let text = '';
    process.stderr.write = (chunk) => {
      text += chunk;
      return true;
    };
    try {
      const display = showSweep();
      const message = 'No \u001b[2Jroom.';
      display.event({ id: trial.id, type: 'failed', message }, trial, progress);
      display.stop();
    } finally {
      process.stderr.write = write;
    }
    expect(text).to.contain('failed. No \\x1b[2Jroom.').and.not.to.contain('\u001b[2J');
  });
});
