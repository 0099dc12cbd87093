import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { sumDuplicates } from '../../src/embedding/sum-duplicates.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';

describe('summing the gradients of tokens that occur several times', () => {
  onEachBackend(() => {
    it('gives each row once, in the order of the batch', () => {
      tf.tidy(() => {
        const gradients = tf.tensor2d([1, 2, 3, 4], [4, 1]);
        const { ids, rows } = sumDuplicates(Int32Array.of(7, 2, 7, 5), gradients, 10);
        expect(Array.from(ids)).to.deep.equal([7, 2, 5]);
        expectClose(rows.dataSync(), [1 + 3, 2, 4]);
      });
    });

    it('gives all rows of a table in its order', () => {
      tf.tidy(() => {
        const gradients = tf.tensor2d([1, 2, 3, 4], [4, 1]);
        const { ids, rows } = sumDuplicates(Int32Array.of(2, 0, 2, 1), gradients, 3);
        expect(Array.from(ids)).to.deep.equal([0, 1, 2]);
        expectClose(rows.dataSync(), [2, 4, 1 + 3]);
      });
    });

    it('is the dense gradient at its rows, for any batch', () => {
      fc.assert(
        fc.property(
          fc.array(fc.record({ id: fc.nat(5), gradient: fc.integer({ min: -9, max: 9 }) }), {
            minLength: 1,
          }),
          (tokens) =>
            tf.tidy(() => {
              const dense = new Array(6).fill(0);
              for (const { id, gradient } of tokens) dense[id] += gradient;
              const { ids, rows } = sumDuplicates(
                Int32Array.from(tokens, ({ id }) => id),
                tf.tensor2d(tokens.map(({ gradient }) => [gradient])),
                6,
              );
              expect(new Set(ids)).to.deep.equal(new Set(tokens.map(({ id }) => id)));
              expectClose(
                rows.dataSync(),
                Array.from(ids, (id) => dense[id]),
              );
            }),
        ),
      );
    });
  });
});
