import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, setupCommand } from '../runtime/folders.js';
import { pythonIn } from '../runtime/python.js';

/** The kernel all our notebooks name. */
export const KERNEL = 'tslab';

/** The Python that runs Jupyter, and the environment it wants. */
export interface Jupyter {
  python: string;
  env: NodeJS.ProcessEnv;
  /** The virtual environment's folder. */
  venv: string;
}

/**
 * The Jupyter that set-up put into `.venv`.
 *
 * @param venv - another virtual environment's folder.
 * @throws Error with the remedy when it, or our kernel in it, is missing.
 */
export function findJupyter(venv = join(PROJECT, '.venv')): Jupyter {
  const python = pythonIn(venv);
  const remedy = `run "${setupCommand()}" in ${PROJECT}`;
  if (!existsSync(python)) {
    throw new Error(`JupyterLab is not installed (there is no ${python}): ${remedy}.`);
  }
  const kernelspec = join(venv, 'share', 'jupyter', 'kernels', KERNEL, 'kernel.json');
  if (!existsSync(kernelspec)) {
    throw new Error(`Jupyter does not know our kernel (there is no ${kernelspec}): ${remedy}.`);
  }
  // A user may have registered a stock tslab kernel under the same name: ours comes first.
  return { python, venv, env: { ...process.env, JUPYTER_PREFER_ENV_PATH: '1' } };
}

/** The folder of the notebooks. */
export function notebooksFolder(): string {
  return join(PROJECT, 'notebooks');
}
