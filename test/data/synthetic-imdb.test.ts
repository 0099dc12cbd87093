import { expect } from 'chai';
import { kerasReviews } from '../../src/data/imdb.js';
import { padSequences } from '../../src/data/pad-sequences.js';
import {
  labelLogit,
  syntheticImdb,
  TWIN_VOCABULARY,
  wordPolarities,
} from '../../src/data/synthetic-imdb.js';

const arrays = (sequences: ArrayLike<number>[]) => sequences.map((ids) => Array.from(ids));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('syntheticImdb', () => {
  it('gives the same reviews for the same seed and others for another', () => {
    const size = { train: 20, test: 20 };
    const first = syntheticImdb({ seed: 1, ...size });
    expect(syntheticImdb({ seed: 1, ...size })).to.deep.equal(first);
    expect(syntheticImdb({ seed: 2, ...size })).not.to.deep.equal(first);
    expect(first.test).not.to.deep.equal(first.train);
  });

  it('starts a large set with the reviews of a small one', () => {
    const small = syntheticImdb({ seed: 3, train: 5, test: 4 });
    const large = syntheticImdb({ seed: 3, train: 50, test: 40 });
    expect(arrays(large.train.sequences.slice(0, 5))).to.deep.equal(arrays(small.train.sequences));
    expect(arrays(large.test.sequences.slice(0, 4))).to.deep.equal(arrays(small.test.sequences));
    expect(Array.from(large.train.labels).slice(0, 5)).to.deep.equal(
      Array.from(small.train.labels),
    );
  });

  it('has lengths like IMDB’s: from 10 to 2,493 words, 178 in the median and 238 in the mean', () => {
    const { train } = syntheticImdb({ seed: 4, train: 5_000, test: 0 });
    const lengths = train.sequences.map(({ length }) => length).sort((a, b) => a - b);
    expect(lengths[0]).to.be.at.least(10);
    expect(lengths[4_999]).to.be.at.most(2_493);
    expect(lengths[2_500]).to.be.closeTo(178, 10);
    expect(lengths.reduce((sum, n) => sum + n) / 5_000).to.be.closeTo(238, 12);
  });

  it('draws words from a Zipf vocabulary of 20,000', () => {
    const { train } = syntheticImdb({ seed: 5, train: 5_000, test: 0 });
    const counts = new Float64Array(TWIN_VOCABULARY + 1);
    let total = 0;
    for (const sequence of train.sequences) {
      total += sequence.length;
      for (const rank of Array.from(sequence)) counts[rank]++;
    }
    expect(counts[0]).to.equal(0);
    // Shares 1 / (rank + 2.7) / h, where h is their sum: ln(20002.7 / 3.2) = 8.74.
    for (const rank of [1, 2, 10]) {
      expect(counts[rank] / total).to.be.closeTo(1 / (rank + 2.7) / 8.74, 0.001);
    }
    const share = (from: number, to: number) =>
      counts.subarray(from, to + 1).reduce((sum, n) => sum + n) / total;
    expect(share(1001, 10_000)).to.be.closeTo(Math.log(10_002.7 / 1_002.7) / 8.74, 0.01);
  });

  it('labels half the reviews positive, and lets who knows all polarities be right on 88 to 90 %', () => {
    for (const seed of [1, 113]) {
      const { train } = syntheticImdb({ seed, train: 6_000, test: 0 });
      const polarity = wordPolarities(seed);
      let expected = 0;
      let right = 0;
      train.sequences.forEach((ranks, i) => {
        const logit = labelLogit(ranks, polarity);
        expected += sigmoid(Math.abs(logit));
        right += Number(logit > 0) === train.labels[i] ? 1 : 0;
      });
      expect(expected / 6_000).to.be.within(0.88, 0.9);
      // Four standard errors of a share of 0.89 among 6,000 are 0.016.
      expect(right / 6_000).to.be.closeTo(expected / 6_000, 0.016);
      const positive = Array.from(train.labels).reduce((sum, label) => sum + label) / 6_000;
      expect(positive).to.be.closeTo(0.5, 0.03);
    }
  });

  it('can be learnt from 1,500 reviews, and over-fitted through its rare words', () => {
    const twin = kerasReviews(syntheticImdb({ seed: 113, train: 1_500, test: 2_000 }), {
      numWords: 20_000,
    });
    const x = padSequences(twin.train.sequences, 80);
    const unseen = padSequences(twin.test.sequences, 80);
    const weights = new Float64Array(20_000);
    const logit = (rows: Int32Array, row: number) =>
      rows.subarray(row * 80, row * 80 + 80).reduce((sum, id) => sum + weights[id], 0);
    const accuracy = (rows: Int32Array, labels: ArrayLike<number>) => {
      let right = 0;
      for (let i = 0; i < labels.length; i++) {
        right += Number(logit(rows, i) > 0) === labels[i] ? 1 : 0;
      }
      return right / labels.length;
    };
    // Logistic regression on the last 80 words by gradient descent, one review after the other.
    const epoch = () => {
      for (let i = 0; i < 1_500; i++) {
        const step = 0.02 * (twin.train.labels[i] - sigmoid(logit(x, i)));
        for (const id of x.subarray(i * 80, i * 80 + 80)) weights[id] += step;
        weights[0] = 0; // padding is no word
      }
    };
    epoch();
    epoch();
    expect(accuracy(unseen, twin.test.labels)).to.be.above(0.8);
    for (let i = 0; i < 4; i++) epoch();
    expect(accuracy(x, twin.train.labels)).to.be.above(0.97);
    expect(accuracy(unseen, twin.test.labels)).to.be.below(0.89);
  });
});
