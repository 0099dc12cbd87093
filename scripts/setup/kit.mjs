/**
 * The npm packages that the kit needs and the library does not: the kernel, native TensorFlow,
 * charts, the command line. package.json names them in `kit` and their versions in
 * `devDependencies`, from which a clone has them; a project gets them as dev dependencies of its own.
 * The kernel's compiler goes by the name of `@typescript/typescript6`, because a project may well have
 * version 7 as `typescript`, which programs cannot call.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, ROOT } from './folders.mjs';
import { npm } from './npm.mjs';
import { readRecord, writeRecord } from './record.mjs';
import { StepFailure } from './steps.mjs';

/** Lock files of package managers other than npm, and how these add packages. */
const OTHER_MANAGERS = {
  'pnpm-lock.yaml': 'pnpm add --save-dev --save-exact',
  'yarn.lock': 'yarn add --dev --exact',
  'bun.lock': 'bun add --dev --exact',
  'bun.lockb': 'bun add --dev --exact',
};

export const kitPackages = {
  name: "the kit's npm packages",

  isDone: () => examine().every(({ isThere }) => isThere),

  async run(say) {
    const packages = examine();
    for (const { name, version, kept } of packages.filter(({ kept }) => kept)) {
      say(`${name} stays at your ${kept}; the kit was tried with ${version}`);
    }
    const missing = packages.filter(({ isThere, kept }) => !isThere && !kept);
    const names = missing.map(({ name, version }) => `${name}@${version}`);
    const other = Object.keys(OTHER_MANAGERS).find((file) => existsSync(join(PROJECT, file)));
    if (other) {
      throw new StepFailure(
        `npm is not what keeps the packages of ${PROJECT}, where there is a ${other}.`,
        `Add them yourself: "${OTHER_MANAGERS[other]} ${names.join(' ')}".`,
      );
    }
    say(`adding ${names.join(', ')} to the dev dependencies in ${PROJECT}`);
    // tfjs-node's install script would download TensorFlow: that is a step of its own.
    const flags = ['--save-dev', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
    const { ok, cause } = await npm('install', ...flags, '--loglevel=error', ...names);
    if (!ok) {
      throw new StepFailure(
        `npm install failed: ${cause}`,
        'Check the connection to the npm registry and the disk space, then run it again.',
      );
    }
    const added = Object.fromEntries(missing.map(({ name, version }) => [name, version]));
    writeRecord({ kit: { ...readRecord().kit, ...added } });
  },
};

/**
 * Each package of the kit: whether it is there as it should be, and the version that is `kept`
 * because the project itself names it; one that set-up added earlier is not the project's own.
 */
function examine() {
  const { kit, devDependencies } = read(join(ROOT, 'package.json'));
  const own = read(join(PROJECT, 'package.json'));
  const named = { ...own.devDependencies, ...own.optionalDependencies, ...own.dependencies };
  const added = readRecord().kit ?? {};
  return kit.map((name) => {
    const version = devDependencies[name];
    const isOwn = named[name] && named[name] !== version && named[name] !== added[name];
    const installed = read(join(PROJECT, 'node_modules', name, 'package.json')).version;
    const isThere = isOwn ? installed !== undefined : installed === version;
    return { name, version, isThere, kept: isOwn ? named[name] : undefined };
  });
}

/** A package.json; `{}` where there is none. */
function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}
