import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './folders.mjs';
import { run } from './run.mjs';
import { StepFailure } from './steps.mjs';

/** A tfjs-node package's folder. */
export function folderOf(packageName) {
  return join(PROJECT, 'node_modules', packageName);
}

export function isInstalled(packageName) {
  return existsSync(join(folderOf(packageName), 'package.json'));
}

/** Where a tfjs-node package looks for its addon. */
export function addonFile(packageName) {
  return join(folderOf(packageName), 'lib', 'napi-v8', 'tfjs_binding.node');
}

// As in src/runtime/native.ts: Node 23 has no util.isNullOrUndefined.
const TRIAL = `
  require('util').isNullOrUndefined = (value) => value === null || value === undefined;
  const tf = require(process.argv[1]);
  const [product] = tf.matMul([[2, 3]], [[5], [7]]).dataSync();
  process.exit(product === 31 ? 0 : 1);
`;

/**
 * Tries the addon out in a process of its own: one that does not fit the machine can crash it.
 *
 * @throws StepFailure when it does not load or does not compute.
 */
export async function loads(packageName) {
  const deadline = Date.now() + 60_000;
  const { ok, cause } = await run(process.execPath, ['-e', TRIAL, packageName], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2', NODE_NO_WARNINGS: '1' },
    stalled: () => Date.now() > deadline,
  });
  if (!ok) throw new StepFailure(`The native library does not run here: ${cause}.`);
}
