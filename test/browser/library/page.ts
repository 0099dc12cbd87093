/** What the tests' page runs: the library, and tf.js with every backend a browser can have. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { Lookahead } from '../../../src/index.js';
import { type OptimizerName, type Outcome, PROGRAMS, type ProgramName } from './program.js';

setWasmPaths('/');

/** Makes a backend the current one. @returns whether the browser offers it. */
export function start(backend: string): Promise<boolean> {
  return tf.setBackend(backend);
}

/** Runs a program on the current backend. */
export function run(program: ProgramName, optimizer: OptimizerName): Promise<Outcome> {
  return PROGRAMS[program](optimizer);
}

/** What a wrapper says when it is given something else than an optimizer. */
export function errorOfNoOptimizer(): string {
  try {
    new Lookahead('adam' as unknown as tf.Optimizer);
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}
