/** Short runs of each experiment, on generated data, for tests that stop them and go on. */
import type { RunRequest } from '../../../src/experiments/config.js';

/** Steps between two checkpoints. */
export const EVERY = 3;

/** Two epochs of 8 to 10 steps. */
export const RUNS: Record<string, RunRequest> = {
  imdb: {
    experiment: 'imdb',
    optimizer: 'lookahead-lazy-adam',
    preset: 'smoke',
    settings: {
      ...{ vocabulary: 500, maxlen: 10, embeddingSize: 8, units: 8 },
      ...{ trainExamples: 300, valExamples: 50 },
    },
  },
  cifar10: {
    experiment: 'cifar10',
    optimizer: 'polyak',
    preset: 'smoke',
    batchSize: 16,
    settings: { trainExamples: 128, valExamples: 32 },
  },
  ptb: {
    experiment: 'ptb',
    optimizer: 'lookahead-lazy-adam',
    preset: 'smoke',
    settings: { hiddenDropout: 0.2, trainWords: 4_000, valWords: 1_000, testWords: 1_000 },
  },
};
