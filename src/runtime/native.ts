/**
 * TensorFlow's native library: tfjs-node's addon and the libtensorflow behind it.
 *
 * npm does not bring the addon; set-up does (`scripts/setup/native.mjs`), by download or by
 * building it. Here it is found, and loaded without its start-up notices.
 */

import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from './errors.js';
import { PROJECT, setupCommand } from './folders.js';
import type { NativeBackend } from './native-ops.js';
import { guardStridedConvolutions } from './strided-convolution.js';

/** Where the native library in use came from. */
export interface NativeLibrary {
  /**
   * `'official'`: tfjs-node's own download; `'wheel'`: the addon built here against the
   * tensorflow-cpu wheel; `'gpu'`: the user's `@tensorflow/tfjs-node-gpu`.
   */
  source: 'official' | 'wheel' | 'gpu' | 'none';
  /** TensorFlow's version; null where nothing is loaded. */
  version: string | null;
  /** Whether ops of our own (`src/native/`) are registered. */
  kernels: boolean;
}

/** A native library that runs, and its number of threads within one op. */
export interface LoadedNative extends NativeLibrary {
  threads: number;
}

interface Addon {
  packageName: string;
  source: 'official' | 'wheel' | 'gpu';
}

let loaded: LoadedNative | undefined;

/**
 * Loads the native library and makes it tf.js's backend `'tensorflow'`.
 *
 * @param threads - threads within one op; default `TF_NUM_INTRAOP_THREADS`, else 1.
 *   TensorFlow reads it once: a later call may only repeat it.
 * @throws Error saying why there is none, or why it does not load.
 */
export function loadNative(threads?: number): LoadedNative {
  if (loaded) {
    if (threads !== undefined && threads !== loaded.threads) {
      throw new UsageError(
        `TensorFlow already runs with ${loaded.threads} threads in this process; ask for ${threads} before its first use.`,
      );
    }
    return loaded;
  }
  const addons = findAddons();
  if (addons.length === 0) throw new Error(whyNone());
  const count = threads ?? threadsWished();
  // All are read once, when the library is loaded; a user's own settings stay. Without oneDNN, which
  // TensorFlow leaves out on some processors, a convolution takes up to twice the time.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_NUM_INTRAOP_THREADS = String(count);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  restoreRemovedUtilities();

  let failure: unknown;
  for (const { packageName, source } of addons) {
    try {
      withoutDeprecationWarnings(() => require(packageName));
      guardStridedConvolutions();
      const backend = tf.findBackend('tensorflow') as unknown as NativeBackend;
      backend.hasOwnKernels = source !== 'gpu' && registerKernels();
      const { TF_Version: version } = backend.binding;
      loaded = { source, version, kernels: backend.hasOwnKernels, threads: count };
      return loaded;
    } catch (error) {
      failure ??= error;
    }
  }
  const cause = (failure as Error).message.split('\n')[0].replace(/[.:]?\s*$/, '');
  throw new Error(`TensorFlow's native library does not load: ${cause}.`);
}

/** The installed addons, the one for GPUs first. */
function findAddons(): Addon[] {
  const addons: Addon[] = [];
  for (const packageName of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    let folder: string;
    try {
      folder = dirname(require.resolve(`${packageName}/package.json`));
    } catch {
      continue;
    }
    const addon = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
    if (!existsSync(addon)) continue;
    // Set-up puts a link to the cache folder where it has built the addon itself.
    const own = lstatSync(addon).isSymbolicLink() ? 'wheel' : 'official';
    addons.push({ packageName, source: packageName.endsWith('-gpu') ? 'gpu' : own });
  }
  return addons;
}

/** Loads the addon with our own ops, if set-up has put it beside tfjs-node's. */
function registerKernels(): boolean {
  const folder = dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  const addon = join(folder, 'lib', 'napi-v8', 'lazyahead_kernels.node');
  if (!existsSync(addon)) return false;
  try {
    return require(addon).registered;
  } catch {
    // Made for another TensorFlow; layers do without.
    return false;
  }
}

/** Set-up's own words on why it left no native library, or else what to do. */
function whyNone(): string {
  try {
    const record = readFileSync(join(PROJECT, 'node_modules', '.lazyahead.json'), 'utf8');
    const { native } = JSON.parse(record);
    if (native?.source === 'none' && typeof native.reason === 'string') return native.reason;
  } catch {
    // Set-up has not run here, or its record is damaged.
  }
  const remedy = `"${setupCommand('--native=auto')}" in ${PROJECT}`;
  return `TensorFlow's native library is not installed: run ${remedy}.`;
}

/**
 * One thread unless wished otherwise: the small products of recurrent models take longer with two,
 * and the results of a run then do not depend on how many cores the machine has.
 */
function threadsWished(): number {
  const wished = Number(process.env.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(wished) && wished > 0 ? wished : 1;
}

/** tfjs-node calls functions that Node 23 took out of `util`, and that Node 22 warns about. */
function restoreRemovedUtilities(): void {
  Object.assign(util, {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  });
}

/** What tfjs-node's dependencies use of old Node interfaces is nothing a user can act on. */
function withoutDeprecationWarnings(load: () => void): void {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    load();
  } finally {
    process.noDeprecation = before;
  }
}
