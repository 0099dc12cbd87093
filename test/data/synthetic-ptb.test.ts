import { expect } from 'chai';
import { type SyntheticPtbOptions, syntheticPtb } from '../../src/data/synthetic-ptb.js';

const WORDS = 10_000;

describe('syntheticPtb', () => {
  it('gives equal texts for equal seeds, and others for others', () => {
    const make = (options: SyntheticPtbOptions) =>
      syntheticPtb({ train: 1000, valid: 100, test: 100, ...options });
    expect(make({ seed: 1 })).to.deep.equal(make({ seed: 1 }));
    expect(make({ seed: 1 }).train).not.to.deep.equal(make({ seed: 2 }).train);
    const longer = make({ seed: 1, train: 2000 });
    expect(longer.train.subarray(0, 1000)).to.deep.equal(make({ seed: 1 }).train);
    expect(longer.valid).to.deep.equal(make({ seed: 1 }).valid);
  });

  const twin = syntheticPtb({ seed: 1 });
  const counts = new Float64Array(WORDS);
  for (const word of twin.train) counts[word]++;

  it('has the real one’s lengths and vocabulary', () => {
    const { train, valid, test, vocabulary } = twin;
    expect([train, valid, test].map(({ length }) => length)).to.deep.equal([
      929_589, 73_760, 82_430,
    ]);
    expect(new Set(vocabulary).size).to.equal(WORDS);
    expect(vocabulary).to.include.members(['<eos>', '<unk>']);
    expect(train.every((id) => id >= 0 && id < WORDS)).to.equal(true);
    // Sentences of about 21 words, as in the treebank: 929,589 words in 42,068 lines.
    expect(train.length / counts[vocabulary.indexOf('<eos>')]).to.be.within(18, 25);
    expect(counts.filter((n) => n > 0).length).to.be.above(9_000);
  });

  it('has few frequent words and many rare ones', () => {
    const sorted = Float64Array.from(counts).sort().reverse();
    const share = (n: number) => sorted.subarray(0, n).reduce((sum, c) => sum + c, 0) / 929_589;
    expect(share(100)).to.be.within(0.4, 0.7);
    expect(share(1000)).to.be.within(0.65, 0.9);
  });

  it('is told better by the word before than by frequencies', () => {
    const pairs = new Map<number, number>();
    const { train, valid } = twin;
    for (let i = 1; i < train.length; i++) {
      const pair = train[i - 1] * WORDS + train[i];
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    let [unigram, bigram] = [0, 0];
    for (let i = 1; i < valid.length; i++) {
      const [before, word] = [valid[i - 1], valid[i]];
      const p = (counts[word] + 1) / (train.length + WORDS);
      // Witten and Bell's idea: the rarer the word before, the more frequencies count.
      const q = ((pairs.get(before * WORDS + word) ?? 0) + 100 * p) / (counts[before] + 100);
      unigram -= Math.log(p);
      bigram -= Math.log(q);
    }
    const perplexity = (sum: number) => Math.exp(sum / (valid.length - 1));
    // The treebank's are 685 and 240 by the same formulas.
    expect(perplexity(unigram)).to.be.within(600, 1200);
    expect(perplexity(bigram)).to.be.within(100, 300);
  });
});
