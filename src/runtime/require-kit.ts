/** Imported first by whatever needs the kit's packages, so that their lack is told in one sentence. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './errors.js';
import { PACKAGE, PROJECT, setupCommand } from './folders.js';

/** `scripts/setup/kit.mjs` says more about them. */
const { kit } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));

const missing = (kit as string[]).filter((name) => !isInstalled(name));
if (missing.length > 0) {
  const [first, ...others] = missing;
  const names = others.length > 0 ? `${first} and ${others.length} more` : first;
  throw new UsageError(
    `npm packages that the kit needs are not installed (${names}): run "${setupCommand()}" in ${PROJECT}.`,
  );
}

/** By its folder: a package of types alone has nothing for require() to find. */
function isInstalled(name: string): boolean {
  const folders = require.resolve.paths(name) ?? [];
  return folders.some((folder) => existsSync(join(folder, name, 'package.json')));
}
