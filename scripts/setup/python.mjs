import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, ROOT } from './folders.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

export const VENV = join(PROJECT, '.venv');
const REQUIREMENTS = join(ROOT, 'scripts', 'setup', 'requirements.txt');
/** In every environment that is ours; its content in one that is finished. */
const STAMP = join(VENV, '.lazyahead');
const OLDEST = [3, 10];

/** The Python of the virtual environment. */
export const PYTHON =
  process.platform === 'win32' ? join(VENV, 'Scripts', 'python.exe') : join(VENV, 'bin', 'python');

/** A virtual environment with the JupyterLab that shows the notebooks. */
export const python = {
  name: 'Python environment with JupyterLab (.venv)',

  isDone: () =>
    existsSync(PYTHON) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint(),

  async run(say) {
    if (existsSync(VENV) && !existsSync(STAMP)) {
      throw new StepFailure(
        `${VENV} is there and is not lazyahead's.`,
        'Move it away, or set lazyahead up in another folder.',
      );
    }
    const base = await findPython();
    say(`Python ${base.version} (${base.command.join(' ')})`);
    rmSync(VENV, { recursive: true, force: true });
    mkdirSync(VENV);
    writeFileSync(STAMP, '');
    await orFail(
      run(base.command[0], [...base.command.slice(1), '-I', '-m', 'venv', VENV]),
      'python -m venv failed',
      'See that this folder can be written to.',
    );
    await orFail(
      run(PYTHON, [
        ...['-I', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
        ...['--retries', '2', '--no-input', '--require-hashes', '-r', REQUIREMENTS],
      ]),
      'pip could not install JupyterLab',
      'Check the connection to https://pypi.org and the disk space, then run it again.',
    );
    writeFileSync(STAMP, fingerprint());
  },
};

/** A virtual environment works only in the folder that it was made in. */
function fingerprint() {
  const requirements = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  return `${VENV}\n${requirements}\n`;
}

async function orFail(result, what, remedy) {
  const { ok, cause } = await result;
  if (!ok) throw new StepFailure(`${what}: ${cause}`, remedy);
}

/** The first Python on the path that is new enough and can make a virtual environment. */
async function findPython() {
  const minors = [14, 13, 12, 11, 10].map((minor) => `python3.${minor}`);
  const commands = ['python3', 'python', ...minors].map((name) => [name]);
  if (process.platform === 'win32') commands.unshift(['py', '-3']);
  const shortcomings = [];
  for (const command of commands) {
    const found = await examine(command);
    if (!found) continue;
    if (found.shortcoming) shortcomings.push(found);
    else return found;
  }
  if (shortcomings.length > 0) {
    throw new StepFailure(shortcomings[0].shortcoming, shortcomings[0].remedy);
  }
  throw new StepFailure(
    'no Python was found (neither python3 nor python is on the path).',
    `Install Python ${OLDEST.join('.')} or later, on Debian and Ubuntu "sudo apt-get install python3-venv", elsewhere from https://www.python.org.`,
  );
}

async function examine(command) {
  const script = `import sys
print('.'.join(map(str, sys.version_info[:3])))
import venv, ensurepip`;
  const { ok, output } = await run(command[0], [...command.slice(1), '-I', '-c', script]);
  const version = /^3\.\d+\.\d+/m.exec(output)?.[0];
  // Windows answers to "python" with an advertisement where there is none.
  if (!version) return undefined;
  const name = command.join(' ');
  const [major, minor] = version.split('.').map(Number);
  if (major < OLDEST[0] || minor < OLDEST[1]) {
    return {
      shortcoming: `${name} is Python ${version}; ${OLDEST.join('.')} or later is needed.`,
      remedy: 'Install a newer Python, e.g. from https://www.python.org.',
    };
  }
  if (!ok) {
    return {
      shortcoming: `${name} (Python ${version}) has no venv or ensurepip module.`,
      remedy: `On Debian and Ubuntu: "sudo apt-get install python3-venv"; elsewhere install a complete Python from https://www.python.org.`,
    };
  }
  return { command, version };
}
