import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tfjsVersions } from './environment.js';
import { PACKAGE } from './folders.js';

/** The folder of the code that runs: `src/` or `dist/`. */
const CODE = resolve(__dirname, '..');

let version: string | undefined;

/**
 * Which code this is: the package's version and a hash of its files, its native kernels' sources
 * and the versions of tf.js, e.g. `0.1.0 (1f0c29ab44d1)`. The same on every machine that has the
 * same, also where there is no git.
 */
export function codeVersion(): string {
  version ??= describe();
  return version;
}

function describe(): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const hash = createHash('sha256').update(JSON.stringify(tfjsVersions()));
  for (const [folder, pattern] of [
    [CODE, /(?<!\.d)\.[jt]s$/],
    [join(PACKAGE, 'src', 'native'), /\.(cc|h)$/],
  ] as const) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => pattern.test(name))
      .sort();
    for (const name of files) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  }
  return `${version} (${hash.digest('hex').slice(0, 12)})`;
}
