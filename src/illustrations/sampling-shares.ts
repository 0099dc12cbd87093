import { UsageError } from '../runtime/errors.js';

/** How texts are cut into batches. */
export interface SamplingOptions {
  /** Rows of the embedding table. */
  vocabulary: number;
  /** Tokens of a text. */
  length: number;
  /** Texts of a batch, taken in order. */
  batchSize: number;
}

/**
 * In what share of the batches each token is sampled, which is how often a lazy optimizer moves its
 * row.
 *
 * @param tokens - ids of all texts, one text after the other.
 * @returns a share in [0, 1] for each token, the most frequent first.
 * @throws UsageError for a token that is not in the vocabulary.
 */
export function samplingShares(tokens: Int32Array, options: SamplingOptions): Float64Array {
  const { vocabulary, length, batchSize } = options;
  const perBatch = length * batchSize;
  const batches = Math.ceil(tokens.length / perBatch);
  const counts = new Float64Array(vocabulary);
  const last = new Int32Array(vocabulary).fill(-1);
  for (const [i, token] of tokens.entries()) {
    if (token < 0 || token >= vocabulary) {
      throw new UsageError(`Token ${token} is not in a vocabulary of ${vocabulary}.`);
    }
    const batch = Math.floor(i / perBatch);
    if (last[token] === batch) continue;
    last[token] = batch;
    counts[token]++;
  }
  return counts
    .sort()
    .reverse()
    .map((count) => count / Math.max(1, batches));
}
