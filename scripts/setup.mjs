#!/usr/bin/env node
/**
 * Makes a clone, or a project that lazyahead is installed in, ready to run with nothing but Node: what
 * is done already is left alone.
 *
 *     npm run setup -- [--native=auto|official|wheel|none]
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.mjs';
import { IN_CLONE } from './setup/folders.mjs';
import { kernels } from './setup/kernels.mjs';
import { kernelspec } from './setup/kernelspec.mjs';
import { kitPackages } from './setup/kit.mjs';
import { native, WAYS } from './setup/native.mjs';
import { nodeVersion } from './setup/node-version.mjs';
import { notebooks } from './setup/notebooks.mjs';
import { packages, selfLink } from './setup/packages.mjs';
import { python } from './setup/python.mjs';
import { runSteps, StepFailure } from './setup/steps.mjs';

/**
 * Does what is left to do. On failure it says so and ends the process.
 *
 * @param args - command-line arguments; `--native=` is taken out.
 * @param print - takes a line on what is being done.
 * @returns the other arguments.
 */
export async function setUp(args, print = console.log) {
  // So that what is under way is cleaned up: handlers of 'exit' do not run at a bare signal.
  const interrupted = () => process.exit(130);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.once(signal, interrupted);
  const rest = args.filter((arg) => !arg.startsWith('--native='));
  const flag = args.find((arg) => arg.startsWith('--native='))?.slice('--native='.length);
  const env = process.env.LAZYAHEAD_NATIVE || undefined;
  const wrong = [flag, env].find((way) => way !== undefined && !WAYS.includes(way));
  if (wrong !== undefined) {
    console.error(`There is no native way "${wrong}": choose ${WAYS.join(', ')}.`);
    process.exit(2);
  }
  try {
    const tensorflow = native({ flag, env });
    const first = IN_CLONE ? [packages, selfLink, build] : [kitPackages, notebooks];
    await runSteps([nodeVersion, ...first, python, kernelspec, tensorflow, kernels], print);
    return rest;
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    console.error(`${error.message}\n${error.remedy}`);
    process.exit(1);
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [unknown] = await setUp(process.argv.slice(2));
  if (unknown !== undefined) {
    console.error(`Set-up does not know "${unknown}".`);
    process.exit(2);
  }
  console.log('Set-up is complete.');
}
