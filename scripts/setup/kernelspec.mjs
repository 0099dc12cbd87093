import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';
import { VENV } from './python.mjs';

const FOLDER = join(VENV, 'share', 'jupyter', 'kernels', 'tslab');
const FILE = join(FOLDER, 'kernel.json');
/** Drawn by hand; the images of it, for front ends without SVG, are tested to be of the same drawing. */
const LOGOS = join(ROOT, 'scripts', 'setup', 'logo');
const LOGO_NAMES = ['logo-svg.svg', 'logo-32x32.png', 'logo-64x64.png'];

/** Tells the JupyterLab in .venv of our kernel, and of no other. */
export const kernelspec = {
  name: 'Jupyter kernel',

  isDone: () =>
    existsSync(FILE) &&
    readFileSync(FILE, 'utf8') === text() &&
    LOGO_NAMES.every((name) => same(join(LOGOS, name), join(FOLDER, name))),

  run() {
    mkdirSync(FOLDER, { recursive: true });
    for (const name of LOGO_NAMES) copyFileSync(join(LOGOS, name), join(FOLDER, name));
    writeFileSync(FILE, text());
  },
};

/** Absolute paths: Jupyter starts the kernel in the notebook's folder, perhaps with another path. */
function text() {
  const spec = {
    argv: [process.execPath, join(ROOT, 'dist', 'kernel', 'main.js'), '{connection_file}'],
    display_name: 'lazyahead (TypeScript)',
    language: 'typescript',
    interrupt_mode: 'message',
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}

const same = (a, b) => existsSync(b) && readFileSync(a).equals(readFileSync(b));
