/** Runs tests on every tf.js backend that a Node program can have. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../src/runtime/backend.js';
import { skip } from './skip.js';

/** Defines the tests once for each backend; the native one is skipped where its addon is missing. */
export function onEachBackend(define: (backend: 'cpu' | 'tensorflow') => void): void {
  for (const backend of ['cpu', 'tensorflow'] as const) {
    describe(`on the ${backend} backend`, () => {
      before(async function () {
        if (backend === 'tensorflow') {
          const { name, reason } = await startBackend({ backend: 'auto' });
          if (name !== 'tensorflow') {
            skip(this, reason);
          }
        }
        await tf.setBackend(backend);
      });
      define(backend);
    });
  }
}

/** Starts the best backend there is, for tests of things that do not depend on it. */
export function onBestBackend(): void {
  before(async () => {
    await startBackend({ backend: 'auto' });
  });
}
