import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { skip } from '../support/skip.js';
import { COMMAND, ROOT } from './command.js';

/** Runs a command on a terminal of its own; presses Ctrl-C once it has printed a given text. */
const ON_A_TERMINAL = `
import json, os, pty, select, signal, sys, time
command, press_after = json.loads(sys.argv[1]), sys.argv[2].encode()
pid, terminal = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown, pressed, give_up = b'', None, time.time() + 150
while time.time() < give_up:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break
    if press_after and pressed is None and press_after in shown:
        os.write(terminal, b'\\x03')
        pressed = time.time()
        give_up = pressed + 30
ended = os.waitpid(pid, os.WNOHANG if time.time() >= give_up else 0)
if ended[0] == 0:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(json.dumps({
    'code': os.waitstatus_to_exitcode(ended[1]) if ended[0] else None,
    'seconds': time.time() - pressed if pressed else None,
    'shown': shown.decode(),
}))
`;

const PYTHON = [join(ROOT, '.venv', 'bin', 'python'), 'python3'].find(
  (python) => !python.includes('/') || existsSync(python),
)!;

interface Shown {
  /** Null when it had to be killed. */
  code: number | null;
  /** From Ctrl-C to the end (s). */
  seconds: number | null;
  shown: string;
}

describe('the lazyahead command on a terminal', () => {
  let folder: string;
  before(function () {
    if (spawnSync(PYTHON, ['-c', 'import pty']).status !== 0) {
      skip(this, 'no Python with terminals');
    }
    folder = mkdtempSync(join(tmpdir(), 'lazyahead-terminal-'));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  function show(args: string[], pressAfter: string): Shown {
    const command = [process.execPath, ...COMMAND, ...args];
    const answer = execFileSync(
      PYTHON,
      ['-c', ON_A_TERMINAL, JSON.stringify(command), pressAfter],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, TERM: 'xterm' } },
    );
    return JSON.parse(answer);
  }

  const run = ['run', 'imdb', '--optimizer', 'adam', '--preset', 'smoke'];
  const HIDE_CURSOR = '\x1b[?25l';
  const SHOW_CURSOR = '\x1b[?25h';
  const givesCursorBack = (shown: string) =>
    shown.lastIndexOf(SHOW_CURSOR) > shown.lastIndexOf(HIDE_CURSOR);

  it('prints each epoch while the bar goes on, and ends soon after Ctrl-C', () => {
    const { code, seconds, shown } = show(
      [...run, '--epochs', '500', '--run-dir', join(folder, 'interrupted')],
      'epoch 2 of 500',
    );
    expect(code, shown).to.equal(130);
    expect(seconds).to.be.below(20);
    expect(shown).to.match(/adam, seed 1: epoch 1 of 500, .*validation accuracy \d+\.\d %/);
    const between = shown.slice(shown.indexOf('epoch 1 of'), shown.indexOf('epoch 2 of'));
    expect(between).to.contain('steps/s');
    expect(shown).to.contain('The run was interrupted');
    expect(givesCursorBack(shown)).to.equal(true);
  });

  it('ends when the loss becomes NaN', () => {
    const { code, shown } = show([...run, '--lr', '1e38', '--run-dir', join(folder, 'nan')], '');
    expect(code, shown).to.equal(1);
    expect(shown).to.contain('try a smaller learning rate');
    expect(shown).to.contain(HIDE_CURSOR);
    expect(givesCursorBack(shown)).to.equal(true);
  });
});
