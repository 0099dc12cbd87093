/** Settings of the IMDB experiment with which an epoch is 4 steps. */
export const TINY_REVIEWS = {
  vocabulary: 500,
  maxlen: 10,
  embeddingSize: 8,
  units: 8,
  trainExamples: 100,
  valExamples: 50,
};
