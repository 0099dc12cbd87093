/** A Python that prints what its programs do not: one that others have set up may. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs code while Python prints `hello` before it begins with a program.
 *
 * @param folder - where the module that prints is put.
 * @param program - its file's name.
 */
export async function whilePythonPrints<T>(
  folder: string,
  program: string,
  run: () => Promise<T>,
): Promise<T> {
  // Python loads this one before any program; sys.orig_argv has the program's path.
  writeFileSync(
    join(folder, 'sitecustomize.py'),
    `import sys\nif '${program}' in sys.orig_argv[-1]:\n  print('hello', flush=True)\n`,
  );
  const before = process.env.PYTHONPATH;
  process.env.PYTHONPATH = folder;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env.PYTHONPATH;
    else process.env.PYTHONPATH = before;
  }
}
