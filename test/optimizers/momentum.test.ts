import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { FusedMomentum, FusedSgd, momentum, sgd } from '../../src/optimizers/momentum.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { trajectory, variable } from '../support/optimizers.js';

describe('sgd and momentum', () => {
  onEachBackend(() => {
    it("have tf.train's class names, configurations and defaults", () => {
      for (const [ours, stock, cls] of [
        [sgd(0.1), tf.train.sgd(0.1), FusedSgd],
        [momentum(0.1, 0.9), tf.train.momentum(0.1, 0.9), FusedMomentum],
        [momentum(0.1, 0.5, true), tf.train.momentum(0.1, 0.5, true), FusedMomentum],
      ] as const) {
        expect(ours.getClassName()).to.equal(stock.getClassName());
        expect(ours.getConfig()).to.deep.equal(stock.getConfig());
        const again = cls.fromConfig<tf.SGDOptimizer>(cls, ours.getConfig());
        expect(again.getConfig()).to.deep.equal(ours.getConfig());
        for (const optimizer of [ours, stock, again]) {
          disposeOptimizer(optimizer);
        }
      }
    });

    for (const { name, make, expected } of [
      // lr 0.5, g = 2, 2: 10 − 1 − 1.
      { name: 'sgd', make: () => sgd(0.5), expected: [9, 8] },
      // Momentum 0.5: accumulations 2 and 0.5 · 2 + 2 = 3.
      { name: 'momentum', make: () => momentum(0.5, 0.5), expected: [9, 7.5] },
      // Nesterov: 2 + 0.5 · 2 = 3 and 2 + 0.5 · 3 = 3.5.
      { name: 'Nesterov', make: () => momentum(0.5, 0.5, true), expected: [8.5, 6.75] },
    ]) {
      it(`take steps by the formula: ${name}`, () => {
        const optimizer = make();
        const x = variable([10]);
        expectClose(trajectory(optimizer, x, [[2], [2]]).flat(), expected);
        x.dispose();
        disposeOptimizer(optimizer);
      });

      it(`obey setLearningRate in the next step: ${name}`, () => {
        const optimizer = make();
        const x = variable([10]);
        trajectory(optimizer, x, [[2]]);
        optimizer.setLearningRate(0.25);
        // Half of what the second step was.
        const second = expected[0] + (expected[1] - expected[0]) / 2;
        expectClose(trajectory(optimizer, x, [[2]]).flat(), [second]);
        x.dispose();
        disposeOptimizer(optimizer);
      });
    }
  });
});
