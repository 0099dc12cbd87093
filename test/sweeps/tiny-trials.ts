import { TINY_REVIEWS } from '../support/tiny-reviews.js';

/** Trials of a second or less. */
export const tiny = {
  experiment: 'imdb',
  preset: 'smoke',
  epochs: 1,
  optimizers: ['adam'],
  settings: TINY_REVIEWS,
};

/** Trials that do not end by themselves. */
export const endless = { ...tiny, epochs: 10_000 };
