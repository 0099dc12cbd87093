/** Which optimizers can be wrapped by which. */
import type * as tf from '@tensorflow/tfjs-core';
import { chainOf } from './wrapper.js';

/** By the name of a wrapper, what it cannot have inside, at any depth, and what to do instead. */
const REFUSED: Record<string, Record<string, string>> = {
  LazyOptimizer: {
    Lookahead:
      'LazyOptimizer around Lookahead would undo its syncs: write new Lookahead(new LazyOptimizer(optimizer, …)).',
    WeightAveraging:
      'LazyOptimizer around WeightAveraging would put back rows that are averaged already: write new WeightAveraging(new LazyOptimizer(optimizer, …)).',
    LazyOptimizer:
      'LazyOptimizer cannot wrap another LazyOptimizer: name all embedding layers in one.',
  },
  Lookahead: {
    Lookahead: 'Lookahead cannot wrap another Lookahead: use one, with a larger k.',
    WeightAveraging:
      'Lookahead around WeightAveraging would leave its syncs out of the average: write new WeightAveraging(new Lookahead(optimizer)).',
  },
  WeightAveraging: {
    WeightAveraging: 'WeightAveraging cannot wrap another WeightAveraging: use one.',
  },
};

/** @throws TypeError when a wrapper of that class name cannot be around an optimizer. */
export function refuseInside(className: string, inner: tf.Optimizer): void {
  for (const optimizer of chainOf(inner)) {
    const sentence = REFUSED[className][optimizer.getClassName()];
    if (sentence !== undefined) {
      throw new TypeError(sentence);
    }
  }
}
