/** A Python with packages from PyPI, for tests of what other programs read of ours. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/runtime/folders.js';
import { OPTUNA_VERSION } from '../../src/sweeps/optuna/study.js';
import { RAY_VERSION } from '../../src/sweeps/ray/engine.js';

const execute = promisify(execFile);

/** Packages at the versions that were tried. */
const VERSIONS = {
  jupyter_kernel_test: '0.7.0',
  mlflow: '3.17.2',
  numpy: '2.4.6',
  optuna: OPTUNA_VERSION,
  'optuna-dashboard': '0.21.0',
  'ray[client]': RAY_VERSION,
  safetensors: '0.8.0',
  tensorboard: '2.21.0',
};

/** Time for installing (ms). */
const PATIENCE = 300_000;

/**
 * The path of a Python that has the packages, in an environment that is made once and kept in the
 * cache folder; or why there is none.
 */
export async function pythonWith(
  packages: (keyof typeof VERSIONS)[],
): Promise<{ python: string } | { reason: string }> {
  const pinned = packages.map((name) => `${name}==${VERSIONS[name]}`);
  const venv = cacheFolder('test', pinned.join('-'));
  const python = join(venv, 'bin', 'python');
  // Written last: an installation that broke off has none.
  const stamp = join(venv, 'complete');
  if (existsSync(stamp)) return { python };
  try {
    mkdirSync(dirname(venv), { recursive: true });
    await execute('python3', ['-m', 'venv', '--clear', venv]);
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '1'];
    await execute(python, [...pip, 'install', '--quiet', ...pinned], { timeout: PATIENCE });
    writeFileSync(stamp, '');
    return { python };
  } catch {
    rmSync(venv, { recursive: true, force: true });
    return { reason: `no Python with ${packages.join(' and ')} could be made here` };
  }
}
