import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { adam, FusedAdam } from '../../src/optimizers/adam.js';
import { onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { step, trajectory, variable } from '../support/optimizers.js';

describe('adam', () => {
  onEachBackend(() => {
    it("has tf.train.adam's class name, configuration and defaults", () => {
      for (const [ours, stock] of [
        [adam(), tf.train.adam()],
        [adam(0.1, 0.5, 0.25, 1e-3), tf.train.adam(0.1, 0.5, 0.25, 1e-3)],
      ]) {
        expect(ours.getClassName()).to.equal(stock.getClassName());
        expect(ours.getConfig()).to.deep.equal(stock.getConfig());
        const again = FusedAdam.fromConfig(FusedAdam, ours.getConfig());
        expect(again.getConfig()).to.deep.equal(ours.getConfig());
        for (const optimizer of [ours, stock, again as tf.Optimizer]) {
          optimizer.dispose();
        }
      }
    });

    it('takes steps by the formula', () => {
      // β₁ = β₂ = 0.5, lr 1. g = 2: m = 1, v = 2; corrected m̂ = 1/0.5 = 2, v̂ = 2/0.5 = 4: x = 10 − 2/2.
      // g = 0: m = 0.5, v = 1; m̂ = 0.5/0.75, v̂ = 1/0.75: x = 9 − 0.6667/1.1547 = 8.42265.
      // With ε = 2 beside the root of v̂: 10 − 2/4 = 9.5.
      const [x, y] = [variable([10]), variable([10])];
      const [optimizer, damped] = [adam(1, 0.5, 0.5, 1e-7), adam(1, 0.5, 0.5, 2)];
      expectClose(trajectory(optimizer, x, [[2], [0]]).flat(), [9, 8.42265]);
      expectClose(trajectory(damped, y, [[2]]).flat(), [9.5]);
      tf.dispose([x, y]);
      optimizer.dispose();
      damped.dispose();
    });

    it("is tf.js's to the bit with a β for which the fused op has another 1 − β", () => {
      const [ours, stock] = [adam(0.1, 0.9, 0.9999), tf.train.adam(0.1, 0.9, 0.9999)];
      const [x, y] = [variable([1, 2]), variable([1, 2])];
      for (let t = 0; t < 5; t++) {
        step(ours, [x], [[Math.sin(t), 3]]);
        step(stock, [y], [[Math.sin(t), 3]]);
      }
      expect(bits(x)).to.deep.equal(bits(y));
      tf.dispose([x, y]);
      ours.dispose();
      stock.dispose();
    });

    it('obeys a changed learning rate in the next step', () => {
      // The first step is lr · g / |g|, and so is every other with the same g.
      const optimizer = adam(1);
      const x = variable([10]);
      trajectory(optimizer, x, [[3]]);
      Object.assign(optimizer, { learningRate: 0.5 });
      expectClose(trajectory(optimizer, x, [[3]]).flat(), [8.5]);
      x.dispose();
      optimizer.dispose();
    });
  });
});
