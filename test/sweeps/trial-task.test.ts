import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../cli/command.js';
import { skip } from '../support/skip.js';

/** Reads what a program prints, as the task of a cluster does it; only the import of Ray is left out. */
const READ = `
import json, sys, types
sys.modules['ray'] = types.ModuleType('ray')
sys.path.insert(0, sys.argv[1])
from trial_task import Program
program = Program(['sh', '-c', sys.argv[2]], sys.stderr)
reports = program.reports(20)
program.end()
print(json.dumps({'ended': program.ended, 'last': program.last, 'reports': reports}))
`;

describe('the program of a trial on a cluster', () => {
  before(function () {
    if (spawnSync('python3', ['--version']).status !== 0) skip(this, 'no python3');
  });

  const read = (shell: string) =>
    JSON.parse(
      spawnSync('python3', ['-c', READ, join(ROOT, 'src/sweeps/ray'), shell], {
        encoding: 'utf8',
        timeout: 60_000,
      }).stdout,
    );

  it('is read to its end, its reports in order', () => {
    const line = '{"type":"status","status":"Loading."}\n';
    expect(read(`printf '${line.replace('\n', '\\n')}'`)).to.deep.equal({
      ...{ ended: true, last: null, reports: [line] },
    });
  });

  it('has failed where it prints bytes that are no text: nobody waits for it any longer', () => {
    // 0xFF is in no UTF-8.
    const { ended, last } = read("printf 'caf\\377\\n'");
    expect(ended).to.equal(true);
    expect(JSON.parse(last)).to.deep.equal({
      type: 'failed',
      message: 'What starts lazyahead printed “caf\uFFFD”: it must leave standard output alone.',
    });
  });
});
