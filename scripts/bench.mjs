#!/usr/bin/env node
/**
 * `npm run bench`: set-up, then a suite of measurements. Options for it come after `--`:
 *
 *     npm run bench                          # the suite `training`
 *     npm run bench -- optimizers --json
 *     npm run bench -- --help
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './setup/folders.mjs';
import { setUp } from './setup.mjs';

const options = await setUp(process.argv.slice(2));
const main = join(ROOT, 'bench', 'main.ts');
const { status } = spawnSync(process.execPath, ['--import', 'tsx', main, ...options], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
