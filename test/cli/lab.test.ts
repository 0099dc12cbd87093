import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { findJupyter } from '../../src/kernel/jupyter.js';
import { skip } from '../support/skip.js';
import { COMMAND, ROOT } from './command.js';

/** The process number of the Jupyter that a command has started. */
async function jupyterOf(command: ChildProcess): Promise<number> {
  const children = `/proc/${command.pid}/task/${command.pid}/children`;
  while (command.exitCode === null) {
    for (const pid of readFileSync(children, 'utf8').split(' ').filter(Boolean)) {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('jupyterlab')) return Number(pid);
    }
    await sleep(20);
  }
  throw new Error('The command has ended without starting Jupyter.');
}

describe('lazyahead lab', () => {
  it('leaves no Jupyter behind when a signal ends it before Jupyter answers', async function () {
    try {
      findJupyter();
    } catch (error) {
      skip(this, (error as Error).message);
    }
    if (!existsSync(`/proc/self/task/${process.pid}/children`)) skip(this, 'no /proc here');
    const command = spawn(process.execPath, [...COMMAND, 'lab', '--no-browser', '--json'], {
      cwd: ROOT,
    });
    let out = '';
    command.stdout.on('data', (text) => {
      out += text;
    });
    const jupyter = await jupyterOf(command);
    try {
      command.kill('SIGTERM');
      const [code] = await once(command, 'close');
      expect(code).to.equal(0);
      expect(out).to.equal('');
      expect(() => process.kill(jupyter, 0)).to.throw('ESRCH');
    } finally {
      try {
        process.kill(jupyter, 'SIGKILL');
      } catch {
        // It has ended, as it should.
      }
    }
  });
});
