/** Trials of a second or less. */
export const tiny = {
  experiment: 'imdb',
  preset: 'smoke',
  epochs: 1,
  optimizers: ['adam'],
  settings: {
    vocabulary: 500,
    maxlen: 10,
    embeddingSize: 8,
    units: 8,
    trainExamples: 100,
    valExamples: 50,
  },
};

/** Trials that do not end by themselves. */
export const endless = { ...tiny, epochs: 10_000 };
