import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.mjs';
import { readRecord, writeRecord } from './record.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

const DIST = join(ROOT, 'dist');
const SOURCE = join(ROOT, 'src');

/** The sources compiled to dist/, when they have changed. */
export const build = {
  name: 'compile',

  isDone: () => existsSync(join(DIST, 'index.js')) && readRecord().build === fingerprint(),

  async run() {
    // Read first: a source that changes meanwhile is then compiled again next time.
    const sources = fingerprint();
    rmSync(DIST, { recursive: true, force: true });
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    // Types are checked by npm test: somebody who only runs the thing need not wait for it.
    const { ok, cause } = await run(process.execPath, [
      tsc,
      '-p',
      'tsconfig.build.json',
      '--noCheck',
    ]);
    if (!ok) {
      throw new StepFailure(`TypeScript says: ${cause}`, 'Put right the source named there.');
    }
    const command = join(DIST, 'cli', 'main.js');
    if (existsSync(command)) chmodSync(command, 0o755);
    writeRecord({ build: sources });
  },
};

/** A hash of all that the output depends on, the compiler's version included. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(SOURCE, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join('src', file));
  const compiler = join('node_modules', 'typescript', 'package.json');
  for (const file of ['tsconfig.json', 'tsconfig.build.json', compiler, ...sources]) {
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}
