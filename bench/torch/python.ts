/** Finding a Python that has PyTorch, or making one. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/runtime/folders.js';

const execute = promisify(execFile);

const ROOT = dirname(dirname(__dirname));
const REQUIREMENTS = join(ROOT, 'bench', 'requirements.txt');
const INSTALL_MINUTES = 20;

/** A Python that can import torch, or why there is none. */
export type Torch = { python: string; version: string } | { reason: string };

/**
 * Looks at `LAZYAHEAD_PYTHON`, the clone's `.venv` and the Python on the path, in this order; where
 * none of them has PyTorch, makes a virtual environment with it in the cache folder.
 *
 * @param say - is told what takes long, and of a `LAZYAHEAD_PYTHON` that will not do.
 */
export async function findTorch(say: (line: string) => void): Promise<Torch> {
  const wished = process.env.LAZYAHEAD_PYTHON;
  const candidates = [wished, pythonOf(join(ROOT, '.venv')), ...ON_PATH];
  for (const python of candidates.filter((name) => name !== undefined && name !== '')) {
    const version = await torchOf(python as string);
    if (version !== null) return { python: python as string, version };
    if (python === wished) say(`LAZYAHEAD_PYTHON (${wished}) cannot import torch.`);
  }
  try {
    return await install(say);
  } catch (error) {
    return { reason: `PyTorch could not be installed (${lastWords(error)}).` };
  }
}

const ON_PATH = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];

const pythonOf = (venv: string) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

async function torchOf(python: string): Promise<string | null> {
  try {
    const { stdout } = await execute(python, ['-c', 'import torch; print(torch.__version__)']);
    return stdout.trim();
  } catch {
    return null;
  }
}

/** The benchmark's own environment, made once for each version of its requirements. */
async function install(say: (line: string) => void): Promise<Torch> {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const pinned = /^torch==(\S+)/m.exec(requirements)![1];
  const venv = cacheFolder('bench', `torch-${pinned}`);
  const python = pythonOf(venv);
  // Written last: an installation that broke off has none.
  const stamp = join(venv, 'complete');
  if (!existsSync(stamp) || (await torchOf(python)) === null) {
    say(`Installing PyTorch ${pinned} to ${venv} …`);
    mkdirSync(dirname(venv), { recursive: true });
    await execute(await basePython(), ['-m', 'venv', '--clear', venv]);
    await execute(
      python,
      [
        ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
        ...['--retries', '1', '-r', REQUIREMENTS],
      ],
      { timeout: INSTALL_MINUTES * 60_000, maxBuffer: 2 ** 24 },
    );
    writeFileSync(stamp, '');
  }
  const version = await torchOf(python);
  return version === null
    ? { reason: `the PyTorch in ${venv} cannot be imported; remove that folder and run it again.` }
    : { python, version };
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
