import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the code that runs: `src/` or `dist/`. */
const CODE = resolve(__dirname, '..');

let version: string | undefined;

/**
 * Which code this is: the package's version and a hash of its files and of the versions it depends
 * on, e.g. `0.1.0 (1f0c29ab44d1)`. The same on every machine that has the same, also where there is
 * no git.
 */
export function codeVersion(): string {
  version ??= describe();
  return version;
}

function describe(): string {
  const { version, dependencies } = JSON.parse(
    readFileSync(join(CODE, '..', 'package.json'), 'utf8'),
  );
  const hash = createHash('sha256').update(JSON.stringify(dependencies));
  const files = readdirSync(CODE, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .sort();
  for (const name of files) hash.update(`${name}\0`).update(readFileSync(join(CODE, name)));
  return `${version} (${hash.digest('hex').slice(0, 12)})`;
}
