/** Runs tests on every tf.js backend that a Node program can have. */
import { startBackend } from '../../src/runtime/backend.js';
import { skip } from './skip.js';

/** Defines the tests once for each backend; the native one is skipped where its addon is missing. */
export function onEachBackend(define: (backend: 'cpu' | 'tensorflow') => void): void {
  for (const backend of ['cpu', 'tensorflow'] as const) {
    describe(`on the ${backend} backend`, () => {
      before(async function () {
        const wished = backend === 'cpu' ? backend : 'auto';
        const { name, reason } = await startBackend({ backend: wished });
        if (name !== backend) skip(this, reason);
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
