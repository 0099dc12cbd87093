/**
 * A generated twin of the IMDB reviews, for machines that cannot get the real ones.
 *
 * A review has a tone, from scathing to raving, drawn from a normal distribution. Its words come
 * from a Zipf vocabulary whose words stand in pairs of neighbours in frequency. Most pairs mean
 * nothing; a few common pairs (good, bad) follow the tone closely, and some rare ones faintly. The
 * label is drawn from a sigmoid of the review's mean word polarity, so that even who knows every
 * polarity errs on about one review in ten.
 *
 * Most of the vocabulary is rare words that say little: an optimizer that keeps on moving their
 * rows by momentum fits the training reviews' noise, which is what the lazy optimizers are for.
 */

import { type RandomStream, randomStream } from '../runtime/seeds.js';
import type { RawImdb, Reviews } from './imdb-npz.js';

/** Different words; ranks run from 1 to this. */
export const TWIN_VOCABULARY = 20_000;

/** In each band of ranks, every n-th word pair carries sentiment, more or less strongly. */
const BANDS = [
  { below: 20, every: 1, strength: 0 },
  { below: 100, every: 2, strength: 1 },
  { below: 2_000, every: 12, strength: 1 },
  { below: Infinity, every: 5, strength: 0.3 },
];

/** Log-odds of a strong pair's positive word, for each unit of tone. */
const TONE = 3;

/** Log-odds of a positive label, for a mean word polarity of 1. */
const LABEL = 34;

/** IMDB's lengths: about log-normal, from 10 to 2,493 words, their median 178 and their mean 238. */
const LENGTH = { median: 178, spread: 0.76, shortest: 10, longest: 2_493 };

/** Entries of the table that words are drawn from; the rarest word has one or two of them. */
const TABLE_BITS = 18;

/** What to generate. */
export interface SyntheticImdbOptions {
  /** Equal seeds give equal reviews; a smaller set is the start of a larger one. */
  seed: number;
  /** Training reviews. Default 25,000. */
  train?: number;
  /** Test reviews. Default 25,000. */
  test?: number;
}

/** Generates the twin: ranks and labels as `imdb.npz` holds them, half the labels about 1. */
export function syntheticImdb(options: SyntheticImdbOptions): RawImdb {
  const { seed, train = 25_000, test = 25_000 } = options;
  const polarity = wordPolarities(seed);
  const table = zipfTable();
  const half = (name: string, n: number) =>
    generate(randomStream(seed, 'imdb-synthetic', name), n, table, polarity);
  return { train: half('train', train), test: half('test', test) };
}

/**
 * The log-odds of a positive label given all of a review's words: the sign is the best guess.
 *
 * @param polarity - the result of {@link wordPolarities}, of the same seed.
 */
export function labelLogit(ranks: ArrayLike<number>, polarity: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < ranks.length; i++) sum += polarity[ranks[i]];
  return (LABEL * sum) / ranks.length;
}

/** Each word's polarity in [−1, 1], by rank; the words 2k − 1 and 2k of a pair have opposite ones. */
export function wordPolarities(seed: number): Float64Array {
  const random = randomStream(seed, 'imdb-synthetic', 'words');
  const polarity = new Float64Array(TWIN_VOCABULARY + 1);
  for (let rank = 1; rank < TWIN_VOCABULARY; rank += 2) {
    const { every, strength } = BANDS.find(({ below }) => rank < below)!;
    if (((rank - 1) / 2) % every !== 0) continue;
    const signed = random.uniform() < 0.5 ? strength : -strength;
    polarity[rank] = signed;
    polarity[rank + 1] = -signed;
  }
  return polarity;
}

/** A table in which a word's share of the entries is its frequency: Zipf's, as Mandelbrot has it. */
function zipfTable(): Uint16Array {
  const table = new Uint16Array(2 ** TABLE_BITS);
  const weight = (rank: number) => 1 / (rank + 2.7);
  let total = 0;
  for (let rank = 1; rank <= TWIN_VOCABULARY; rank++) total += weight(rank);
  let cumulative = 0;
  let from = 0;
  for (let rank = 1; rank <= TWIN_VOCABULARY; rank++) {
    cumulative += weight(rank);
    const to = Math.round((cumulative / total) * table.length);
    table.fill(rank, from, to);
    from = to;
  }
  return table;
}

function generate(
  random: RandomStream,
  n: number,
  table: Uint16Array,
  polarity: Float64Array,
): Reviews {
  const sequences: Uint16Array[] = [];
  const labels = new Uint8Array(n);
  for (let review = 0; review < n; review++) {
    const ranks = new Uint16Array(reviewLength(random));
    const tone = random.normal();
    for (let i = 0; i < ranks.length; i++) {
      const rank = table[random.uint32() >>> (32 - TABLE_BITS)];
      const lean = polarity[rank];
      ranks[i] = lean === 0 || follows(random, tone, lean) ? rank : otherOfPair(rank);
    }
    sequences.push(ranks);
    labels[review] = random.uniform() < sigmoid(labelLogit(ranks, polarity)) ? 1 : 0;
  }
  return { sequences, labels };
}

/** Whether a word of this polarity is written in this tone, rather than the other of its pair. */
function follows(random: RandomStream, tone: number, polarity: number): boolean {
  return random.uniform() < sigmoid(TONE * tone * polarity);
}

function otherOfPair(rank: number): number {
  return rank % 2 === 1 ? rank + 1 : rank - 1;
}

function reviewLength(random: RandomStream): number {
  const { median, spread, shortest, longest } = LENGTH;
  const length = Math.round(median * Math.exp(spread * random.normal()));
  return Math.min(longest, Math.max(shortest, length));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
