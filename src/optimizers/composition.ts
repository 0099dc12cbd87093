/** Which optimizers can be wrapped by which. */
import type * as tf from '@tensorflow/tfjs-core';
import { chainOf } from './wrapper.js';

const ORDER = {
  Lookahead: 'undo its syncs',
  WeightAveraging: 'put back rows that are averaged already',
  WeightDecay: 'have it reach all rows',
  GradientClipping: 'have it reach all rows',
  ScheduledLearningRate: 'have it reach all rows',
};

/** By the name of a wrapper, what it cannot have inside, at any depth, and what to do instead. */
const REFUSED: Record<string, Record<string, string>> = {
  LazyOptimizer: {
    ...Object.fromEntries(
      Object.entries(ORDER).map(([name, consequence]) => [
        name,
        `LazyOptimizer around ${name} would ${consequence}: write new ${name}(new LazyOptimizer(optimizer, …)).`,
      ]),
    ),
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
  'decoupled WeightDecay': {
    WeightAveraging:
      'WeightDecay around WeightAveraging would move weights behind its back: write new WeightAveraging(new WeightDecay(optimizer, …)).',
  },
};

/** @throws TypeError when a wrapper of that name cannot be around an optimizer. */
export function refuseInside(wrapper: string, inner: tf.Optimizer): void {
  for (const optimizer of chainOf(inner)) {
    const sentence = REFUSED[wrapper][optimizer.getClassName()];
    if (sentence !== undefined) {
      throw new TypeError(sentence);
    }
  }
}
