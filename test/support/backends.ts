/** Runs tests on the tf.js backends that a Node program can have. */
import { startBackend } from '../../src/runtime/backend.js';
import { skip } from './skip.js';

type Backend = 'cpu' | 'tensorflow' | 'wasm';

/**
 * Defines the tests once for each backend; the native one is skipped where its addon is missing.
 *
 * @param backends - without `wasm`, unless what is tested has code of its own for it.
 */
export function onEachBackend(
  define: (backend: Backend) => void,
  backends: Backend[] = ['cpu', 'tensorflow'],
): void {
  for (const backend of backends) {
    describe(`on the ${backend} backend`, () => {
      before(async function () {
        const wished = backend === 'tensorflow' ? 'auto' : backend;
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
