import { spawn, spawnSync } from 'node:child_process';
import { PROJECT } from './folders.mjs';

/**
 * Runs a program to its end and keeps what it prints.
 *
 * @param options.stalled - asked once a second; when it says true, the program and all that it has
 *   started are killed.
 * @param options.show - lets its standard output through instead of keeping it.
 * @returns `{ ok, output, cause }`: `cause` is why it failed, in its own words.
 */
export function run(command, args, options = {}) {
  const { cwd = PROJECT, env = {}, stalled, show = false, shell = false } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      shell,
      env: { ...process.env, ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', 'pipe'],
      // A group of its own is what can be killed as a whole.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr.on('data', collect);

    let gaveUp = false;
    const kill = () => killTree(child);
    const watch =
      stalled &&
      setInterval(() => {
        if (!stalled(output.length)) return;
        gaveUp = true;
        kill();
      }, 1000);
    // Nothing goes on behind the back of someone who has interrupted set-up.
    process.once('exit', kill);
    const settle = (cause) => {
      clearInterval(watch);
      process.off('exit', kill);
      resolve({ ok: cause === null, output, cause });
    };
    child.once('error', (error) => settle(`${command} cannot be run (${error.code})`));
    child.once('close', (code, signal) => {
      if (gaveUp) settle('it stopped making progress');
      else if (code === 0) settle(null);
      else settle(firstError(output) ?? `it ended with ${signal ?? `code ${code}`}`);
    });
  });
}

function killTree(child) {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** The first line that reports an error, or else the first line. */
function firstError(output) {
  const lines = output
    .split('\n')
    // npm puts its name before every line, and a code for itself on the first.
    .map((line) => line.replace(/^npm error( code \w+)?/, '').trim())
    .filter((line) => line && !line.startsWith('npm warn'));
  const words = lines.find((line) => /error( \w+)?:/i.test(line)) ?? lines[0];
  return words?.slice(0, 300);
}
