import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as workerThreads from 'node:worker_threads';
import ts from '@typescript/typescript6';
import { checking } from './checks.js';
import { Modules } from './modules.js';
import { compilerOptions } from './options.js';
import { Packages } from './packages.js';
import { Resolution } from './resolution.js';
import { Stacks } from './stack.js';

/**
 * What module names mean, where not what is installed: the workers of `node:worker_threads` run
 * TypeScript files.
 *
 * @param cwd - what a worker's relative path is relative to.
 */
export function withWorkers(cwd: string): Record<string, unknown> {
  class Worker extends workerThreads.Worker {
    constructor(file: string | URL, options: workerThreads.WorkerOptions = {}) {
      const isUrl = file instanceof URL || file.startsWith('file:');
      const path = isUrl ? fileURLToPath(file) : resolve(cwd, file);
      const isTypeScript = !options.eval && /\.[cm]?tsx?$/.test(path);
      if (isTypeScript) super(bootstrap(cwd, path), { ...options, eval: true });
      else super(options.eval || isUrl ? file : path, options);
    }
  }
  const own = { ...workerThreads, Worker };
  return { 'node:worker_threads': own, worker_threads: own };
}

/** Runs a worker's file; called in the worker. */
export async function runWorker(cwd: string, file: string): Promise<void> {
  const resolution = new Resolution(cwd, compilerOptions(cwd), ts.sys);
  const packages = new Packages(withWorkers(cwd));
  const stacks = new Stacks(dirname(__dirname));
  const modules = new Modules(
    resolution,
    packages,
    stacks,
    checking(() => {}),
  );
  await modules.import(file, file);
}

function bootstrap(cwd: string, file: string): string {
  const [self, ...paths] = [__filename, cwd, file].map((each) => JSON.stringify(each));
  return `require(${self}).runWorker(${paths.join(', ')})`;
}
