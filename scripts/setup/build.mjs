import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from './folders.mjs';
import { readRecord, writeRecord } from './record.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

const DIST = join(ROOT, 'dist');
const ESM = join(DIST, 'esm');
const SOURCE = join(ROOT, 'src');
const CONFIGS = ['tsconfig.build.json', 'tsconfig.esm.json'];

/** The sources compiled to dist/, when they have changed. */
export const build = {
  name: 'compile',

  isDone: () =>
    [DIST, ESM].every((folder) => existsSync(join(folder, 'index.js'))) &&
    readRecord().build === fingerprint(),

  // Types are checked by npm test: somebody who only runs the thing need not wait for it.
  run: () => compile('--noCheck'),
};

/**
 * Compiles everything to dist/, in CommonJS, and the library to dist/esm/ once more.
 *
 * Optimizers are registered with tf.js by class, and lookups are captured by one global list: a
 * program must have one instance of the library. So in Node `require` and `import` both give the
 * CommonJS files, whose exports Node finds by their names; bundlers and browsers, which drop from
 * ECMAScript modules what a program does not use, get those for both. That is what `exports` in
 * package.json says. It does not say `sideEffects: false`: a program that only loads saved models
 * imports the library for nothing but the registration.
 *
 * @param options - for the compiler.
 * @throws StepFailure with its first message.
 */
export async function compile(...options) {
  // Read first: a source that changes meanwhile is then compiled again next time.
  const sources = fingerprint();
  writeRecord({ build: undefined });
  rmSync(DIST, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiled = CONFIGS.map((config) => run(process.execPath, [tsc, '-p', config, ...options]));
  for (const { ok, cause } of await Promise.all(compiled)) {
    if (ok) continue;
    throw new StepFailure(`TypeScript says: ${cause}`, 'Put right the source named there.');
  }
  describeModules();
  await removeUnusedTypes();
  chmodSync(join(DIST, 'cli', 'bin.js'), 0o755);
  writeRecord({ build: sources });
}

/** Says that dist/esm/ has ECMAScript modules; their types are those of the CommonJS files. */
function describeModules() {
  writeFileSync(join(ESM, 'package.json'), `${JSON.stringify({ type: 'module' })}\n`);
  const { files } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.esm.json'), 'utf8'));
  for (const file of files) {
    const name = relative('src', file).replace(/\.ts$/, '');
    const types = join(ESM, `${name}.d.ts`);
    const path = relative(dirname(types), join(DIST, name)).replaceAll('\\', '/');
    writeFileSync(types, `export * from '${path}.js';\n`);
  }
}

/** Leaves the declarations that programs can reach from the entries: half of them are internal. */
async function removeUnusedTypes() {
  const { default: ts } = await import('typescript');
  const reached = new Set();
  const reach = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
    for (const { fileName } of importedFiles) {
      if (fileName.startsWith('.')) reach(join(dirname(file), fileName.replace(/\.js$/, '.d.ts')));
    }
  };
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = JSON.stringify(exports).match(/\.\/[\w./-]+\.d\.ts/g);
  for (const name of named) reach(join(ROOT, name));
  for (const name of readdirSync(DIST, { recursive: true })) {
    const file = join(DIST, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

/** A hash of all that the output depends on, the compiler's version included. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = readdirSync(SOURCE, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join('src', file));
  const compiler = join('node_modules', 'typescript', 'package.json');
  for (const file of ['tsconfig.json', ...CONFIGS, compiler, ...sources]) {
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}
