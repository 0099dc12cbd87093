/**
 * A generated twin of the Penn Treebank text, for machines that cannot get the real one.
 *
 * Words have Zipf frequencies, a part of speech and a topic. A sentence is a walk over the parts of
 * speech, each with a few likely successors; each word is drawn from those of its part, often from
 * the paragraph's topic, and some words have a fixed companion that likes to follow. Word
 * frequencies alone predict such a text badly, the word before better, and better still who
 * remembers the part of speech and the topic, as an LSTM can.
 */

import { type RandomStream, randomStream } from '../runtime/seeds.js';
import { EOS, type PtbSplits } from './ptb-text.js';

/** Different words, `<eos>` and `<unk>` among them. */
const VOCABULARY = 10_000;

const PARTS = 40;
const TOPICS = 20;

/** A part's likely successors, and how often one of them comes. */
const SUCCESSORS = [0.45, 0.25, 0.15, 0.08];

/** How often a word is of the paragraph's topic, and how often a companion follows. */
const TOPICAL = 0.35;
const COMPANIONS = { share: 0.3, follows: 0.5 };

/** Zipf's exponent of words whatever the topic; those of a topic have 1. */
const STEEP = 1.6;

/** Sentences of a paragraph, on average, and lengths about as the treebank's, whose mean is 21. */
const PARAGRAPH = 8;
const LENGTH = { median: 19, spread: 0.5, shortest: 2, longest: 80 };

/** What to generate. */
export interface SyntheticPtbOptions {
  /** Equal seeds give equal texts; a shorter text is the start of a longer one. */
  seed: number;
  /** Words to train on, `<eos>` included. Default 929,589, as the real text. */
  train?: number;
  /** Default 73,760. */
  valid?: number;
  /** Default 82,430. */
  test?: number;
}

/** Generates the twin; word ids run from the most frequent word to the rarest. */
export function syntheticPtb(options: SyntheticPtbOptions): PtbSplits {
  const { seed, train = 929_589, valid = 73_760, test = 82_430 } = options;
  const language = makeLanguage(randomStream(seed, 'ptb-synthetic', 'language'));
  const text = (split: string, words: number) =>
    generate(randomStream(seed, 'ptb-synthetic', split), words, language);
  return {
    train: text('train', train),
    valid: text('valid', valid),
    test: text('test', test),
    vocabulary: Array.from(
      { length: VOCABULARY },
      (_, id) => ({ [EOS_ID]: EOS, [UNK_ID]: '<unk>' })[id] ?? `w${id}`,
    ),
  };
}

const EOS_ID = 0;
const UNK_ID = 1;

/** Words to draw from, with their cumulative weights. */
interface Lexicon {
  words: Int32Array;
  cumulative: Float64Array;
}

interface Language {
  /** Each part's successors, the likeliest first. */
  successors: Int32Array[];
  /** Each part's words. */
  lexica: Lexicon[];
  /** Each part's words of each topic. */
  topical: Lexicon[][];
  /** The word that likes to follow; 0 for none. */
  companions: Int32Array;
}

function makeLanguage(random: RandomStream): Language {
  const words = Array.from({ length: VOCABULARY - 1 }, (_, i) => i + 1);
  const parts = words.map(() => random.integer(PARTS));
  const topics = words.map(() => random.integer(TOPICS));
  const members = (part: number, topic?: number) =>
    words.filter((_, i) => parts[i] === part && (topic === undefined || topics[i] === topic));
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  return {
    successors: range(PARTS).map(() => random.permutation(PARTS)),
    lexica: range(PARTS).map((part) => lexicon(members(part), STEEP)),
    topical: range(PARTS).map((part) =>
      range(TOPICS).map((topic) => lexicon(members(part, topic), 1)),
    ),
    companions: Int32Array.from({ length: VOCABULARY }, () =>
      random.uniform() < COMPANIONS.share ? 1 + random.integer(VOCABULARY - 1) : 0,
    ),
  };
}

/** Zipf's frequencies, as Mandelbrot has them. */
function lexicon(words: number[], exponent: number): Lexicon {
  let sum = 0;
  const cumulative = Float64Array.from(words, (word) => {
    sum += 1 / (word + 2.7) ** exponent;
    return sum;
  });
  return { words: Int32Array.from(words), cumulative };
}

/** A word, each as often as its weight says. */
function draw(random: RandomStream, { words, cumulative }: Lexicon): number {
  const wanted = random.uniform() * cumulative[cumulative.length - 1];
  let low = 0;
  let high = words.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > wanted) high = middle;
    else low = middle + 1;
  }
  return words[low];
}

function generate(random: RandomStream, n: number, language: Language): Int32Array {
  const text = new Int32Array(n);
  let at = 0;
  let topic = 0;
  while (at < n) {
    if (random.uniform() < 1 / PARAGRAPH || at === 0) topic = random.integer(TOPICS);
    let part = random.integer(PARTS);
    let word = EOS_ID;
    for (let left = sentenceLength(random); left > 0 && at < n; left--) {
      part = nextPart(random, language.successors[part]);
      word = nextWord(random, language, { before: word, part, topic });
      text[at++] = word;
    }
    if (at < n) text[at++] = EOS_ID;
  }
  return text;
}

function nextPart(random: RandomStream, successors: Int32Array): number {
  let left = random.uniform();
  for (let rank = 0; rank < SUCCESSORS.length; rank++) {
    left -= SUCCESSORS[rank];
    if (left < 0) return successors[rank];
  }
  return successors[random.integer(PARTS)];
}

function nextWord(
  random: RandomStream,
  { companions, lexica, topical }: Language,
  { before, part, topic }: { before: number; part: number; topic: number },
): number {
  const companion = companions[before];
  if (companion !== 0 && random.uniform() < COMPANIONS.follows) return companion;
  const ofTopic = topical[part][topic];
  return random.uniform() < TOPICAL && ofTopic.words.length > 0
    ? draw(random, ofTopic)
    : draw(random, lexica[part]);
}

function sentenceLength(random: RandomStream): number {
  const { median, spread, shortest, longest } = LENGTH;
  const length = Math.round(median * Math.exp(spread * random.normal()));
  return Math.min(longest, Math.max(shortest, length));
}
