import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { startBackend } from '../../src/runtime/backend.js';
import { registerMissingKernels } from '../../src/runtime/kernels.js';

/** The definition: row s is the sum of the rows of x whose id is s. */
function segmentSums(rows: number[][], ids: number[], numSegments: number): number[][] {
  return Array.from({ length: numSegments }, (_, segment) =>
    rows[0].map((_, i) =>
      rows.filter((_, row) => ids[row] === segment).reduce((sum, row) => sum + row[i], 0),
    ),
  );
}

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`UnsortedSegmentSum on the ${backend} backend`, () => {
    before(() => startBackend({ backend }));
    after(() => startBackend());

    it('adds up rows of the same segment and leaves other segments zero', () => {
      // Segment 2 gets rows 0 and 2: [1 + 5, 2 + 6]; segment 0 gets row 1; segment 1 nothing.
      const x = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2], 'int32'), 3);
      expect(sums.arraySync()).to.deep.equal([
        [3, 4],
        [0, 0],
        [6, 8],
      ]);
    });

    it('leaves out rows whose segment does not exist, as TensorFlow does', () => {
      const x = tf.tensor1d([1, 2, 4]);
      const sums = tf.unsortedSegmentSum(x, tf.tensor1d([-1, 0, 7], 'int32'), 2);
      expect(sums.arraySync()).to.deep.equal([2, 0]);
    });

    it('keeps whole numbers whole', () => {
      const x = tf.tensor1d([3, 4], 'int32');
      const sums = tf.unsortedSegmentSum(x, tf.tensor1d([1, 1], 'int32'), 2);
      expect(sums.dtype).to.equal('int32');
      expect(sums.arraySync()).to.deep.equal([0, 7]);
    });

    it('agrees with the definition for any ids', () => {
      // Small whole numbers: their float32 sums are exact in any order.
      const cases = fc.integer({ min: 1, max: 12 }).chain((n) =>
        fc.record({
          rows: fc.array(
            fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 3, maxLength: 3 }),
            {
              minLength: n,
              maxLength: n,
            },
          ),
          ids: fc.array(fc.nat(6), { minLength: n, maxLength: n }),
        }),
      );
      fc.assert(
        fc.property(cases, ({ rows, ids }) => {
          const sums = tf.unsortedSegmentSum(tf.tensor2d(rows), tf.tensor1d(ids, 'int32'), 7);
          expect(sums.arraySync()).to.deep.equal(segmentSums(rows, ids, 7));
        }),
      );
    });

    it('is the gradient of a lookup: a sum over the places where a word stands', () => {
      // loss = Σ table[ids] · weights, so d loss / d table[v] = Σ weights where ids = v.
      const table = tf.zeros<tf.Rank.R2>([4, 2]);
      const ids = tf.tensor2d([1, 3, 1], [1, 3], 'int32');
      const weights = tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 3, 2]);
      const gradient = tf.grad((t) => tf.sum(tf.mul(tf.gather(t, ids), weights)))(table);
      expect(gradient.arraySync()).to.deep.equal([
        [0, 0],
        [6, 8],
        [0, 0],
        [3, 4],
      ]);
    });

    it('takes no time to speak of at 20,000 words, where tf.js took minutes', () => {
      const table = tf.zeros<tf.Rank.R2>([20_000, 16]);
      const ids = tf.range(0, 2560, 1, 'int32');
      const start = performance.now();
      tf.grad((t) => tf.sum(tf.gather(t, ids)))(table).dataSync();
      expect(performance.now() - start).to.be.below(20_000);
    });

    it('leaves no tensor behind but its result', () => {
      const x = tf.ones([5, 2]);
      const ids = tf.zeros([5], 'int32');
      const before = tf.memory().numTensors;
      tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 3).dispose();
      expect(tf.memory().numTensors).to.equal(before);
    });
  });
}

describe('registerMissingKernels', () => {
  it('can be called again', () => {
    registerMissingKernels();
    const kernel = tf.getKernel(tf.UnsortedSegmentSum, 'cpu');
    registerMissingKernels();
    expect(tf.getKernel(tf.UnsortedSegmentSum, 'cpu')).to.equal(kernel);
  });
});
