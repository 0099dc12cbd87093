import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Batch, Batches } from '../../src/experiments/experiment.js';
import { holdOut, partsOf } from '../../src/experiments/held-out.js';
import { UsageError } from '../../src/runtime/errors.js';
import { onBestBackend } from '../support/backends.js';

/** Labels, at least two, and a number of them that leaves one. */
const LABELS_AND_N = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 200 })
  .chain((labels) => fc.tuple(fc.constant(labels), fc.integer({ min: 1, max: labels.length - 1 })));

describe('holdOut', () => {
  it('parts the examples: each is in one part, in ascending order, and n are held out', () => {
    fc.assert(
      fc.property(LABELS_AND_N, ([labels, n]) => {
        const { kept, out } = holdOut(labels, n);
        expect(out.length).to.equal(n);
        expect([...kept, ...out].sort((a, b) => a - b)).to.deep.equal(labels.map((_, i) => i));
        for (const part of [kept, out]) expect(part).to.deep.equal(part.slice().sort());
      }),
    );
  });

  it('holds out the same share of every class, but for one example', () => {
    fc.assert(
      fc.property(LABELS_AND_N, ([labels, n]) => {
        const { out } = holdOut(labels, n);
        for (const label of new Set(labels)) {
          const size = labels.filter((one) => one === label).length;
          const held = [...out].filter((i) => labels[i] === label).length;
          expect(Math.abs(held - (n * size) / labels.length)).to.be.below(1.01);
        }
      }),
    );
  });

  it('takes the same ones every time, and not the first or last ones', () => {
    const labels = Array.from({ length: 1000 }, (_, i) => i % 2);
    const { out } = holdOut(labels, 200);
    expect(holdOut(labels, 200).out).to.deep.equal(out);
    // 200 of 1,000 in an order that knows nothing of them: about 100 in either half.
    expect([...out].filter((i) => i < 500).length).to.be.within(70, 130);
  });
});

describe('partsOf', () => {
  onBestBackend();
  const labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
  const batch = (indices: Int32Array): Batch => ({
    x: tf.tensor1d(indices, 'int32'),
    y: tf.tensor1d(Int32Array.from(indices, (i) => labels[i])),
    n: indices.length,
  });
  const test = { n: 3, length: 1, at: () => batch(Int32Array.of(0, 1, 2)) };
  const numbersIn = (batches: Batches) =>
    Array.from({ length: batches.length }, (_, i) => [
      ...tf.tidy(() => batches.at(i).x.dataSync()),
    ]).flat();

  it('validates on the test data where nothing is held out, and tests on nothing then', () => {
    const parts = partsOf({}, { labels, batch }, test);
    expect(parts.val).to.equal(test);
    expect(parts.test).to.equal(undefined);
    expect([parts.train.n, parts.val.n]).to.deep.equal([10, 3]);
  });

  it('never trains on what is held out, and evaluates that as it stands', () => {
    const plain = (indices: Int32Array) => batch(indices);
    const augmented = (indices: Int32Array) => {
      expect(out.some((i) => indices.includes(i))).to.equal(false);
      return batch(indices);
    };
    const out = [...holdOut(labels, 4).out];
    const parts = partsOf({ heldOut: 4 }, { labels, batch: augmented, plain }, test);
    expect([parts.train.n, parts.val.n]).to.deep.equal([6, 4]);
    expect(parts.test).to.equal(test);
    expect(numbersIn(parts.val)).to.deep.equal(out);
    const config = { seed: 1, batchSize: 4 };
    const trained = [1, 2].map((epoch) => numbersIn(parts.train.epoch(config, epoch)));
    expect(trained[0]).not.to.deep.equal(trained[1]);
    for (const one of trained) {
      expect([...one, ...out].sort()).to.deep.equal(labels.map((_, i) => i));
    }
  });

  it('refuses to hold all examples out', () => {
    expect(() => partsOf({ heldOut: 10 }, { labels, batch }, test)).to.throw(
      UsageError,
      'Of 10 training examples 10 cannot be held out',
    );
  });
});
