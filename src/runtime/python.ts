/** Finding a Python that has certain packages, or installing them. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, PROJECT } from './folders.js';

const execute = promisify(execFile);

const INSTALL_MINUTES = 20;

/** What a Python is wanted for. */
export interface PythonNeeds {
  /** Modules that it must be able to import, each with a `__version__`. */
  modules: string[];
  /** What pip installs where no Python has them: exact versions, e.g. `ray==2.60.0`. */
  requirements: string[];
  /** The virtual environment that they are then installed into; made where there is none. */
  venv: string;
  /** Further arguments for `pip install`, told the Python that pip will run in. */
  pipArguments?: (python: string) => Promise<string[]>;
}

/** A Python that can import the modules asked for, with their versions, or why there is none. */
export type Python = { python: string; versions: Record<string, string> } | { reason: string };

/**
 * Looks at `LAZYAHEAD_PYTHON`, the `.venv` of set-up and the Python on the path, in this order; where
 * none of them has the modules, installs them.
 *
 * @param say - is told what takes long, and of a `LAZYAHEAD_PYTHON` that will not do.
 * @param install - false: looks for it, but installs nothing.
 */
export async function findPython(
  needs: PythonNeeds,
  say: (line: string) => void,
  { install = true } = {},
): Promise<Python> {
  const names = needs.modules.join(', ');
  const wished = process.env.LAZYAHEAD_PYTHON;
  const candidates = [wished, pythonIn(join(PROJECT, '.venv')), ...ON_PATH];
  for (const python of candidates.filter((name) => name !== undefined && name !== '')) {
    const versions = await versionsIn(python as string, needs.modules);
    if (versions !== null) return { python: python as string, versions };
    if (python === wished) say(`LAZYAHEAD_PYTHON (${wished}) cannot import ${names}.`);
  }
  if (!install) return { reason: `no Python here can import ${names}.` };
  try {
    return await installed(needs, say);
  } catch (error) {
    return { reason: `${names} could not be installed (${lastWords(error)}).` };
  }
}

/**
 * Where what a command needs is installed: the `.venv` that set-up has made, or a virtual environment
 * in the cache folder where there is none.
 */
export function ownVenv(name: string): string {
  const venv = join(PROJECT, '.venv');
  return existsSync(pythonIn(venv)) ? venv : cacheFolder(name);
}

const ON_PATH = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];

/** The Python of a virtual environment. */
export const pythonIn = (venv: string): string =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

async function versionsIn(
  python: string,
  modules: string[],
): Promise<Record<string, string> | null> {
  const pairs = modules.map((name) => `"${name}": ${name}.__version__`).join(', ');
  try {
    const { stdout } = await execute(python, [
      '-c',
      // A module in the folder that one stands in is none of this Python's.
      `import sys; sys.path[:] = filter(None, sys.path)
import json, ${modules.join(', ')}; print(json.dumps({${pairs}}))`,
    ]);
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  } catch {
    return null;
  }
}

async function installed(needs: PythonNeeds, say: (line: string) => void): Promise<Python> {
  const { modules, requirements, venv, pipArguments = async () => [] } = needs;
  const python = pythonIn(venv);
  const pip = ['-I', '-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '1'];
  if ((await versionsIn(python, modules)) === null) {
    say(`Installing ${requirements.join(', ')} to ${venv} …`);
    // Without pip it is not there, or its making broke off.
    if (!(await runs(python, [...pip, '--version']))) {
      mkdirSync(dirname(venv), { recursive: true });
      await execute(await basePython(), ['-I', '-m', 'venv', '--clear', venv]);
    }
    const more = await pipArguments(python);
    await execute(python, [...pip, 'install', '--quiet', ...more, ...requirements], {
      timeout: INSTALL_MINUTES * 60_000,
      maxBuffer: 2 ** 24,
    });
  }
  const versions = await versionsIn(python, modules);
  return versions === null
    ? { reason: `what ${venv} holds cannot be imported; remove that folder and run it again.` }
    : { python, versions };
}

/** @throws Error when there is no Python at all. */
async function basePython(): Promise<string> {
  for (const python of ON_PATH) {
    if (await runs(python, ['--version'])) return python;
  }
  throw new Error('there is no Python on the path');
}

const runs = (command: string, args: string[]): Promise<boolean> =>
  execute(command, args).then(
    () => true,
    () => false,
  );

/** pip's last line says what was wrong. */
function lastWords(error: unknown): string {
  const { stderr, message, killed } = error as Error & { stderr?: string; killed?: boolean };
  if (killed) return `pip took more than ${INSTALL_MINUTES} minutes`;
  return (stderr || message).trim().split('\n').at(-1)!.slice(0, 300);
}
