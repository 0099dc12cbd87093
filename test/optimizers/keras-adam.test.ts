import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { adam } from '../../src/optimizers/adam.js';
import { KerasAdam } from '../../src/optimizers/keras-adam.js';
import { type LazyMoments, LazyOptimizer } from '../../src/optimizers/lazy.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { optimizerFromSpec, optimizerToSpec } from '../../src/spec/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { trajectory, variable } from '../support/optimizers.js';

/** One row of a table, and its gradients. */
const GRADIENTS = [[1], [0], [0], [0.5]];

describe('KerasAdam', () => {
  onEachBackend(() => {
    it('has ε beside the root of the moment that is not corrected', () => {
      // Keras's own figures for ε̂ = 1e-2, and with it large enough to be seen; tf.js's are −0.0990…
      const optimizer = new KerasAdam(0.1, 0.9, 0.999, 1e-2);
      const x = variable([0]);
      expectClose(trajectory(optimizer, x, GRADIENTS).flat(), [
        ...[-0.075974693, -0.126876043, -0.166218204, -0.216060933],
      ]);
      x.dispose();
      disposeOptimizer(optimizer);
    });

    for (const [moments, last] of [
      ['decay', -0.125817422],
      ['freeze', -0.132717021],
    ] as [LazyMoments, number][]) {
      it(`has it on sampled rows too: moments ${moments}`, () => {
        const table = variable([0, 0, 0, 0], [2, 2]);
        const optimizer = new LazyOptimizer(new KerasAdam(0.1, 0.9, 0.999, 1e-2), {
          ...{ embeddingLayers: [table], moments },
        });
        // The first row's two columns; the second row is sampled in the steps between.
        const rows = GRADIENTS.map(([g]) => (g === 0 ? [0, 0, 1, 1] : [g, g, 0, 0]));
        const first = trajectory(optimizer, table, rows).map(([x]) => x);
        expectClose(first, [-0.075974693, -0.075974693, -0.075974693, last]);
        table.dispose();
        disposeOptimizer(optimizer);
      });
    }

    it('counts its ticks, as the article’s lazy optimizer counts one more a table', () => {
      // β₁ = β₂ = 0.5, lr 1. t = 1, g = 2: m = 1, v = 2; m̂ = 1/0.5, v̂ = 2/0.5: x = 10 − 2/2 = 9.
      // t = 3, g = 0: m = 0.5, v = 1; m̂ = 0.5/0.875, v̂ = 1/0.875: x = 9 − 0.571429/1.069045.
      const optimizer = new KerasAdam(1, 0.5, 0.5, 1e-7, 2);
      const x = variable([10]);
      expectClose(trajectory(optimizer, x, [[2], [0]]).flat(), [9, 8.465478]);
      x.dispose();
      disposeOptimizer(optimizer);
    });

    it('refuses ticks that are no whole number from 1, and leaves no variable behind', () => {
      const before = tf.memory().numTensors;
      for (const ticks of [0, 1.5, Number.NaN]) {
        expect(() => new KerasAdam(1, 0.5, 0.5, 1e-7, ticks)).to.throw(
          RangeError,
          `ticks is a whole number from 1, not ${ticks}.`,
        );
      }
      expect(tf.memory().numTensors).to.equal(before);
    });

    it('is Adam where ε is nothing', () => {
      const [ours, stock] = [new KerasAdam(0.1, 0.9, 0.999, 1e-12), adam(0.1, 0.9, 0.999, 1e-12)];
      const [x, y] = [variable([1]), variable([1])];
      expectClose(trajectory(ours, x, GRADIENTS).flat(), trajectory(stock, y, GRADIENTS).flat());
      tf.dispose([x, y]);
      disposeOptimizer(ours);
      disposeOptimizer(stock);
    });

    it('is written as a spec, and comes back from it', () => {
      for (const spec of [
        'keras_adam(1e-3)',
        'lookahead(keras_adam(1e-3, epsilon=1e-8, ticks=2), k=5, alpha=0.5)',
      ]) {
        const optimizer = optimizerFromSpec(spec);
        expect(optimizerToSpec(optimizer)).to.equal(spec);
        disposeOptimizer(optimizer);
      }
    });
  });
});
