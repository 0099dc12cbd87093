/** Finding a Python that has what stands beside us, or making one. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/runtime/folders.js';

const execute = promisify(execFile);

const ROOT = dirname(dirname(__dirname));
const REQUIREMENTS = join(__dirname, 'requirements.txt');
/** Has PyTorch without CUDA: some 200 MB instead of 2 GB on Linux. */
const WITHOUT_CUDA = 'https://download.pytorch.org/whl/cpu';
const INSTALL_MINUTES = 20;

/** What a suite may need. */
export type Package = 'tensorflow' | 'keras' | 'torch';

/** A Python that can import the packages asked for, with their versions, or why there is none. */
export type Python = { python: string; versions: Record<string, string> } | { reason: string };

/**
 * Looks at `LAZYAHEAD_PYTHON`, the clone's `.venv` and the Python on the path, in this order; where
 * none of them has the packages, makes a virtual environment with all of them in the cache folder.
 *
 * @param say - is told what takes long, and of a `LAZYAHEAD_PYTHON` that will not do.
 * @param install - false: looks for it, but installs nothing.
 */
export async function findPython(
  packages: Package[],
  say: (line: string) => void,
  { install = true } = {},
): Promise<Python> {
  const wished = process.env.LAZYAHEAD_PYTHON;
  const candidates = [wished, pythonOf(join(ROOT, '.venv')), ...ON_PATH];
  for (const python of candidates.filter((name) => name !== undefined && name !== '')) {
    const versions = await versionsIn(python as string, packages);
    if (versions !== null) return { python: python as string, versions };
    if (python === wished) {
      say(`LAZYAHEAD_PYTHON (${wished}) cannot import ${packages.join(', ')}.`);
    }
  }
  if (!install) return { reason: `no Python here can import ${packages.join(', ')}.` };
  try {
    return await ownEnvironment(packages, say);
  } catch (error) {
    return { reason: `${packages.join(', ')} could not be installed (${lastWords(error)}).` };
  }
}

const ON_PATH = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];

const pythonOf = (venv: string) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

async function versionsIn(
  python: string,
  packages: Package[],
): Promise<Record<string, string> | null> {
  const names = packages.join(', ');
  const pairs = packages.map((name) => `"${name}": ${name}.__version__`).join(', ');
  try {
    const { stdout } = await execute(python, [
      '-c',
      `import json, ${names}; print(json.dumps({${pairs}}))`,
    ]);
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  } catch {
    return null;
  }
}

/** The benchmark's own environment, made once for each version of its requirements. */
async function ownEnvironment(packages: Package[], say: (line: string) => void): Promise<Python> {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const venv = cacheFolder(
    'bench',
    `python-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`,
  );
  const python = pythonOf(venv);
  // Written last: an installation that broke off has none.
  const stamp = join(venv, 'complete');
  if (!existsSync(stamp) || (await versionsIn(python, packages)) === null) {
    const pinned = requirements.match(/^\w.*==.*$/gm)!.join(', ');
    say(`Installing ${pinned} to ${venv} …`);
    mkdirSync(dirname(venv), { recursive: true });
    await execute(await basePython(), ['-m', 'venv', '--clear', venv]);
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '1'];
    const index = (await answers(python, pip)) ? ['--extra-index-url', WITHOUT_CUDA] : [];
    await execute(python, [...pip, 'install', '--quiet', ...index, '-r', REQUIREMENTS], {
      timeout: INSTALL_MINUTES * 60_000,
      maxBuffer: 2 ** 24,
    });
    writeFileSync(stamp, '');
  }
  const versions = await versionsIn(python, packages);
  return versions === null
    ? { reason: `what ${venv} holds cannot be imported; remove that folder and run it again.` }
    : { python, versions };
}

/**
 * Whether the index without CUDA can be reached. Asked once, by pip itself, which knows the proxies:
 * an index that is out of reach would be tried again for each of some sixty packages.
 */
async function answers(python: string, pip: string[]): Promise<boolean> {
  const ask = ['index', 'versions', 'torch', '--index-url', WITHOUT_CUDA, '--timeout', '5'];
  return execute(python, [...pip, ...ask], { timeout: 60_000 }).then(
    () => true,
    () => false,
  );
}

/** @throws Error when there is no Python at all. */
async function basePython(): Promise<string> {
  for (const python of ON_PATH) {
    try {
      await execute(python, ['--version']);
      return python;
    } catch {
      // The next one may be there.
    }
  }
  throw new Error('there is no Python on the path');
}

/** pip's last line says what was wrong. */
function lastWords(error: unknown): string {
  const { stderr, message, killed } = error as Error & { stderr?: string; killed?: boolean };
  if (killed) return `pip took more than ${INSTALL_MINUTES} minutes`;
  return (stderr || message).trim().split('\n').at(-1)!.slice(0, 300);
}
