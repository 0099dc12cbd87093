import type { Preset } from '../experiment.js';

export const presets: Record<string, Preset> = {
  smoke: {
    description: 'does it run? A small model on generated reviews, seconds',
    epochs: 2,
    data: 'synthetic',
    checkpointEvery: '10',
    settings: {
      maxlen: 40,
      embeddingSize: 32,
      units: 32,
      trainExamples: 1_600,
      valExamples: 800,
    },
  },
  quick: {
    description:
      "the article's model on all reviews, undertrained: 3 of its 15 epochs, 2 minutes a run",
    note: "3 epochs include Adam's best of 15 (epoch 1 to 3) but end before Lazy(Adam)'s (epoch 5 to 7), as preset full shows: the reported advantage cannot appear",
    epochs: 3,
    data: 'auto',
  },
  full: {
    description: "the article's configuration: 25,000 reviews, 15 epochs, 10 to 15 minutes a run",
    note: "the article's model, data and training; its Adam was Keras's, which is keras_adam(1e-3) here, and its lazy one counted every step twice, as lazy(keras_adam(1e-3, ticks=2)) does",
    asReported: true,
    epochs: 15,
    data: 'auto',
  },
};
