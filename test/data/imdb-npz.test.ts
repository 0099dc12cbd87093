import { expect } from 'chai';
import { readImdbNpz } from '../../src/data/imdb-npz.js';
import { imdbNpz, npyOfInt64, npyOfLists, npz } from '../support/npz.js';

const N = 25_000;
const LISTS = Array.from({ length: N }, () => [1, 2]);
const LABELS = LISTS.map((_, i) => i % 2);

/** An archive of reviews that are all right but for one half's. */
function archive(part: 'train' | 'test', lists: number[][], labels: number[]): Buffer {
  const good = { x: npyOfLists(LISTS), y: npyOfInt64(LABELS) };
  const bad = { x: npyOfLists(lists), y: npyOfInt64(labels) };
  const [train, test] = part === 'train' ? [bad, good] : [good, bad];
  return npz({ x_train: train.x, y_train: train.y, x_test: test.x, y_test: test.y });
}

describe('readImdbNpz', () => {
  it('reads both halves in the order of the file', () => {
    const { train, test } = readImdbNpz(imdbNpz());
    expect(train.sequences).to.have.lengthOf(N);
    expect(train.sequences[7]).to.deep.equal([8, 9, 10, 11]);
    expect(Array.from(train.labels).slice(0, 3)).to.deep.equal([1, 0, 1]);
    expect(test.sequences[N - 1]).to.deep.equal([25_003, 25_002, 25_001, 25_000]);
    expect(Array.from(test.labels).slice(0, 3)).to.deep.equal([0, 1, 0]);
  });

  it('refuses an archive with another number of reviews or labels', () => {
    expect(() => readImdbNpz(imdbNpz(10))).to.throw(
      'in its training part, 10 reviews and 10 labels instead of 25000 each',
    );
    expect(() => readImdbNpz(archive('test', LISTS, LABELS.slice(1)))).to.throw(
      'in its test part, 25000 reviews and 24999 labels instead of 25000 each',
    );
  });

  it('refuses labels that are not half and half', () => {
    const oneMore = LABELS.with(0, 1);
    expect(() => readImdbNpz(archive('train', LISTS, oneMore))).to.throw(
      'in its training part, 12501 positive and 12499 negative reviews instead of half each',
    );
    const noLabel = LABELS.with(1, 7);
    expect(() => readImdbNpz(archive('test', LISTS, noLabel))).to.throw('12499 positive and 12500');
  });

  it('refuses ranks below 1', () => {
    expect(() => readImdbNpz(archive('test', LISTS.with(3, [5, 0]), LABELS))).to.throw(
      'in its test part, a word’s rank is below 1',
    );
  });

  it('refuses an archive that lacks a member', () => {
    expect(() => readImdbNpz(npz({ x_train: npyOfLists([]) }))).to.throw('no member y_train.npy');
  });
});
