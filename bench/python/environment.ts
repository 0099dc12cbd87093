/** The Python that has what stands beside us: one that is there, or one made on first use. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/runtime/folders.js';
import { findPython as findPythonWith, type Python } from '../../src/runtime/python.js';

const REQUIREMENTS = readFileSync(join(__dirname, 'requirements.txt'), 'utf8');
/** Has PyTorch without CUDA: some 200 MB instead of 2 GB on Linux. */
const WITHOUT_CUDA = 'https://download.pytorch.org/whl/cpu';

/** What a suite may need. */
export type Package = 'tensorflow' | 'keras' | 'torch';

/**
 * A Python with the packages asked for; where there is none, a virtual environment with all of them
 * is made in the cache folder, once for each version of the requirements.
 *
 * @param say - is told what takes long, and of a `LAZYAHEAD_PYTHON` that will not do.
 */
export function findPython(modules: Package[], say: (line: string) => void): Promise<Python> {
  const hash = createHash('sha256').update(REQUIREMENTS).digest('hex').slice(0, 12);
  return findPythonWith(
    {
      modules,
      requirements: REQUIREMENTS.match(/^\w.*==.*$/gm)!,
      venv: cacheFolder('bench', `python-${hash}`),
      pipArguments: async (python) =>
        (await answers(python)) ? ['--extra-index-url', WITHOUT_CUDA] : [],
    },
    say,
  );
}

/**
 * Whether the index without CUDA can be reached. Asked once, by pip itself, which knows the proxies:
 * an index that is out of reach would be tried again for each of some sixty packages.
 */
async function answers(python: string): Promise<boolean> {
  const ask = ['-m', 'pip', '--disable-pip-version-check', '--no-input', '--retries', '1'];
  ask.push('index', 'versions', 'torch', '--index-url', WITHOUT_CUDA, '--timeout', '5');
  return promisify(execFile)(python, ask, { timeout: 60_000 }).then(
    () => true,
    () => false,
  );
}
