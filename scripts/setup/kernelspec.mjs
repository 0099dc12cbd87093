import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';
import { VENV } from './python.mjs';

const FOLDER = join(VENV, 'share', 'jupyter', 'kernels', 'tslab');
const FILE = join(FOLDER, 'kernel.json');

/** Tells the JupyterLab in .venv of our kernel, and of no other. */
export const kernelspec = {
  name: 'Jupyter kernel',
  isDone: () => existsSync(FILE) && readFileSync(FILE, 'utf8') === text(),
  run() {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(FILE, text());
  },
};

/** Absolute paths: Jupyter starts the kernel in the notebook's folder, perhaps with another path. */
function text() {
  const spec = {
    argv: [process.execPath, join(ROOT, 'dist', 'kernel', 'main.js'), '{connection_file}'],
    display_name: 'TypeScript (lazyahead)',
    language: 'typescript',
    interrupt_mode: 'message',
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}
