import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { ROOT } from './command.js';

describe('untilInterrupted', () => {
  it("takes a second signal at once for npm's echo of the first, and obeys a later one", () => {
    const script = `
      const { untilInterrupted } = require('./src/cli/interrupt.ts');
      const signal = untilInterrupted();
      process.emit('SIGINT');
      console.log('aborted', signal.aborted);
      process.emit('SIGINT');
      console.log('goes on');
      setTimeout(() => {
        process.emit('SIGINT');
        console.log('went on too long');
      }, 1100);`;
    const { stdout, status } = spawnSync(process.execPath, ['-r', 'tsx/cjs', '-e', script], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(stdout).to.equal('aborted true\ngoes on\n');
    expect(status).to.equal(130);
  });
});
