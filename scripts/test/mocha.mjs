/**
 * Runs mocha on the tests named, or on all of them in two processes at a time, one a core.
 *
 *     node scripts/test/mocha.mjs <folder for the totals> [mocha options and files]
 */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/folders.mjs';

/** Tests that mostly wait for other programs; they take as long as all the others. */
const OUTSIDE = ['bench', 'browser', 'cli', 'kernel', 'scripts'];

const [folder, ...options] = process.argv.slice(2);
const named = options.some((option) => option.endsWith('.test.ts'));
const codes = await Promise.all((named ? [[]] : groups()).map(mocha));
process.exitCode = Math.max(...codes);

/** The files of two processes. */
function groups() {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true })
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.long.test.ts'))
    .sort();
  const isOutside = (file) => OUTSIDE.some((name) => file.startsWith(name));
  const sides = [files.filter(isOutside), files.filter((file) => !isOutside(file))];
  return sides.map((side) => side.map((file) => join('test', file)));
}

/** One process; what the second one prints is held back until the first has ended. */
function mocha(files, index) {
  const child = spawn(
    process.execPath,
    [
      ...['node_modules/mocha/bin/mocha.js', '--reporter=scripts/test/reporter.mjs'],
      ...[`--reporter-option=totals=${join(folder, `totals-${index}.json`)}`],
      ...files,
      ...options,
    ],
    { cwd: ROOT, stdio: ['ignore', index === 0 ? 'inherit' : 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      if (index > 0) process.once('exit', () => process.stdout.write(output));
      resolve(code ?? 1);
    });
  });
}
