/**
 * Optimizers as strings: one grammar for the command line, notebooks and run manifests.
 *
 * @module lazyahead/spec
 */
export type { SpecOptions } from './embeddings.js';
export { optimizerFromSpec } from './optimizer-from-spec.js';
export { optimizerToSpec } from './optimizer-to-spec.js';
export { type Span, SpecError } from './spec-error.js';
