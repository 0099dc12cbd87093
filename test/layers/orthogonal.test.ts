import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { Orthogonal } from '../../src/layers/orthogonal.js';
import { onBestBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';

describe('Orthogonal', () => {
  onBestBackend();

  for (const [rows, columns] of [
    [6, 24],
    [24, 6],
    [7, 7],
  ]) {
    const short = rows < columns ? 'rows' : 'columns';
    it(`gives ${rows} × ${columns} orthonormal ${short}`, () => {
      tf.tidy(() => {
        const q = new Orthogonal({ seed: 1 }).apply([rows, columns]) as tf.Tensor2D;
        expect(q.shape).to.deep.equal([rows, columns]);
        const gram = rows < columns ? tf.matMul(q, q, false, true) : tf.matMul(q, q, true, false);
        expectClose(gram.dataSync(), tf.eye(Math.min(rows, columns)).dataSync(), { atol: 1e-6 });
      });
    });
  }

  it('keeps the sign of the normal matrix: Q · sign(diag R) has no preferred side', () => {
    // A QR factorisation left uncorrected makes Q's first column point against the first draw
    // (Householder), so that for a 1 × 1 matrix the answer would be the same for all seeds.
    const signs = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const q = new Orthogonal({ seed }).apply([1, 1]);
      signs.add(q.dataSync()[0]);
      q.dispose();
    }
    expect([...signs].sort()).to.deep.equal([-1, 1]);
  });

  it('draws the same bits for the same seed and others for another', () => {
    tf.tidy(() => {
      const draw = (seed: number) => bits(new Orthogonal({ seed }).apply([5, 8]));
      expect(draw(3)).to.deep.equal(draw(3));
      expect(draw(4)).not.to.deep.equal(draw(3));
    });
  });

  it('makes 128 × 512, the size of the reviews model, without a noticeable wait', () => {
    const start = performance.now();
    new Orthogonal({ seed: 1 }).apply([128, 512]).dispose();
    expect(performance.now() - start).to.be.below(10_000);
  });
});
