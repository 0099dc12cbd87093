/** Which tf.js backend runs, and why. */

// For its side effects: tensors' methods, which tf.layers calls, and the `cpu` backend.
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { UsageError } from './errors.js';
import { registerMissingKernels } from './kernels.js';
import { loadNative, type NativeLibrary } from './native.js';

/** A backend by the name that tf.js gives it. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** The backend that runs. */
export interface BackendInfo {
  name: BackendName;
  /** One sentence on why it is this one. */
  reason: string;
  native: NativeLibrary;
  /** Threads within one op. */
  threads: number;
}

/** Options of {@link startBackend}. */
export interface BackendOptions {
  /** `'auto'` (default): native TensorFlow, or where it is missing `wasm`, or else `cpu`. */
  backend?: 'auto' | BackendName;
  /** Threads within one op; only TensorFlow has more than one. Default 1. */
  threads?: number;
}

const NO_NATIVE: NativeLibrary = { source: 'none', version: null, kernels: false };

/**
 * Makes a backend tf.js's current one, without a word on standard output or error.
 *
 * @throws UsageError for an unknown backend or number of threads, or one other than TensorFlow was
 *   loaded with; Error where the backend asked for cannot run.
 *
 * @example const { name, reason } = await startBackend({ threads: 1 });
 */
export async function startBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  const { backend = 'auto', threads } = options;
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads > 0)) {
    throw new UsageError(`threads is ${threads}; it must be a whole number above 0.`);
  }
  switch (backend) {
    case 'tensorflow':
      return startTensorflow('it was asked for', threads);
    case 'wasm':
    case 'cpu':
      return startScript(backend, 'It was asked for.');
    case 'auto':
      return startBest(threads);
    default:
      throw new UsageError(`No backend "${backend}": choose auto, tensorflow, wasm or cpu.`);
  }
}

async function startBest(threads?: number): Promise<BackendInfo> {
  let cause: string;
  try {
    return await startTensorflow('it is the fastest', threads);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    cause = (error as Error).message;
  }
  try {
    return await startScript(
      'wasm',
      `${cause} WebAssembly is the next best, 3 times slower or more.`,
    );
  } catch {
    return startScript(
      'cpu',
      `${cause} Nor does WebAssembly run; plain JavaScript is 10 times slower or more.`,
    );
  }
}

async function startTensorflow(why: string, threads?: number): Promise<BackendInfo> {
  const { threads: used, ...native } = loadNative(threads);
  await tf.setBackend('tensorflow');
  const whence = {
    official: `tfjs-node's own download`,
    wheel: 'an addon built here against the tensorflow-cpu wheel',
    gpu: '@tensorflow/tfjs-node-gpu',
    none: '',
  }[native.source];
  const reason = `Native TensorFlow ${native.version}, from ${whence}: ${why}.`;
  return { name: 'tensorflow', reason, native, threads: used };
}

async function startScript(name: 'wasm' | 'cpu', reason: string): Promise<BackendInfo> {
  if (name === 'wasm') require('@tensorflow/tfjs-backend-wasm');
  registerMissingKernels();
  if (!(await tf.setBackend(name))) throw new Error(`The backend ${name} does not run here.`);
  // On its first tensor the cpu backend advertises tfjs-node on standard error.
  if (name === 'cpu') (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  return { name, reason, native: NO_NATIVE, threads: 1 };
}
