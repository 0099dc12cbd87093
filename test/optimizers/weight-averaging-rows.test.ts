import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { lookup } from '../../src/embedding/embedding-table.js';
import { GradientClipping } from '../../src/optimizers/gradient-clipping.js';
import { LazyOptimizer } from '../../src/optimizers/lazy.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import {
  WeightAveraging,
  type WeightAveragingOptions,
} from '../../src/optimizers/weight-averaging.js';
import { WeightDecay } from '../../src/optimizers/weight-decay.js';
import { averageOf } from '../support/average-of.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { variable } from '../support/optimizers.js';
import { largestTensor, type RowGradients, RowSgd, sparseStep } from '../support/row-sgd.js';

/** The average that the definition gives, in float64, and the steps of SGD and Lookahead. */
class Definition {
  readonly average: number[];
  private readonly slow: number[];
  private n = 0;

  constructor(
    readonly weights: number[],
    private readonly options: WeightAveragingOptions,
    private readonly k: number,
  ) {
    this.average = [...weights];
    this.slow = [...weights];
  }

  step(gradient: number[]): void {
    this.n += 1;
    const { mode = 'ema', decay = 0, from = 1 } = this.options;
    for (const [i, g] of gradient.entries()) {
      this.weights[i] -= 0.5 * g;
      if (this.n % this.k === 0) {
        this.weights[i] = (this.weights[i] + this.slow[i]) / 2;
        this.slow[i] = this.weights[i];
      }
      const weight = mode === 'ema' ? 1 - decay : 1 / Math.max(1, this.n - from + 1);
      this.average[i] += weight * (this.weights[i] - this.average[i]);
    }
  }
}

const dense = ({ ids, rows }: RowGradients, vocabulary: number) => {
  const gradient = Array(vocabulary * 2).fill(0);
  for (const [i, id] of ids.entries()) {
    gradient.splice(2 * id, 2, ...rows[i]);
  }
  return gradient;
};

describe('WeightAveraging of a table whose rows are sampled', () => {
  onEachBackend(() => {
    it('covers the rows of a table that were not sampled', () => {
      // decay 0.5, lr 1, rows start at 8. Row 0 moves to 0 in step 1 (average 4) and stands still:
      // 2 after step 2, 1 after step 3. Row 1 moves to 0 in step 3: 4. Row 2 never moves: 8.
      const optimizer = new WeightAveraging(new RowSgd(1), { decay: 0.5 });
      const table = variable([8, 8, 8], [3, 1]);
      sparseStep(optimizer, [table], [{ ids: [0], rows: [[8]] }]);
      sparseStep(optimizer, [table], [null]);
      sparseStep(optimizer, [table], [{ ids: [1], rows: [[8]] }]);
      expectClose(averageOf(optimizer, table), [1, 4, 8]);
      // Row 0 goes back to 8 in step 4: its average has come to 1, and 1 + 0.5 · (8 − 1) = 4.5.
      sparseStep(optimizer, [table], [{ ids: [0], rows: [[-8]] }]);
      expectClose(averageOf(optimizer, table), [4.5, 2, 8]);
      expectClose(table.dataSync(), [8, 0, 8]);
      table.dispose();
      optimizer.dispose();
    });

    it('takes the mean of the rows of a table that were not sampled', () => {
      // From step 2 on. Row 0: (8), 0, 0, 6: mean of 0, 0, 6 = 2. Row 1: 5 in step 1, and stays there.
      const optimizer = new WeightAveraging(new RowSgd(1), { mode: 'mean', from: 2 });
      const table = variable([8, 8, 8], [3, 1]);
      sparseStep(optimizer, [table], [{ ids: [1], rows: [[3]] }]);
      expectClose(averageOf(optimizer, table), [8, 5, 8]);
      sparseStep(optimizer, [table], [{ ids: [0], rows: [[8]] }]);
      sparseStep(optimizer, [table], [{ ids: [], rows: [] }]);
      sparseStep(optimizer, [table], [{ ids: [0], rows: [[-6]] }]);
      expectClose(averageOf(optimizer, table), [2, 5, 8]);
      table.dispose();
      optimizer.dispose();
    });

    it('covers every row in every step, whichever were sampled, also under the syncs of a Lookahead', () => {
      const vocabulary = 5;
      const float = fc.float({ noNaN: true, min: -2, max: 2 });
      const rows = fc
        .uniqueArray(fc.integer({ min: 0, max: vocabulary - 1 }))
        .chain((ids) =>
          fc
            .array(fc.tuple(float, float), { minLength: ids.length, maxLength: ids.length })
            .map((rows) => ({ ids, rows })),
        );
      const once = fc.record({
        rows,
        kind: fc.constantFrom('sparse', 'sparse', 'sparse', 'dense', 'none'),
        read: fc.boolean(),
      });
      const options = fc.oneof(
        fc.record({ decay: fc.double({ noNaN: true, min: 0, max: 0.999 }) }),
        fc.record({ mode: fc.constant('mean' as const), from: fc.integer({ min: 1, max: 8 }) }),
      );
      fc.assert(
        fc.property(
          options,
          fc.option(fc.integer({ min: 1, max: 4 }), { nil: Number.POSITIVE_INFINITY }),
          fc.array(once, { minLength: 1, maxLength: 14 }),
          (options, k, steps) => {
            const initial = Array.from({ length: 2 * vocabulary }, (_, i) => i - 3);
            const definition = new Definition([...initial], options, k);
            const sgd = new RowSgd(0.5);
            const inner = k === Number.POSITIVE_INFINITY ? sgd : new Lookahead(sgd, { k });
            const optimizer = new WeightAveraging(inner, options);
            const table = variable(initial, [vocabulary, 2]);
            for (const [t, { rows, kind, read }] of steps.entries()) {
              const gradient =
                kind === 'none' ? Array(2 * vocabulary).fill(0) : dense(rows, vocabulary);
              sparseStep(
                optimizer,
                [table],
                [kind === 'none' ? null : kind === 'dense' ? gradient : rows],
              );
              definition.step(gradient);
              if (read || t === steps.length - 1) {
                const close = { rtol: 1e-4, atol: 1e-5 };
                expectClose(table.dataSync(), definition.weights, close);
                expectClose(averageOf(optimizer, table), definition.average, close);
              }
            }
            table.dispose();
            optimizer.dispose();
          },
        ),
        { numRuns: 100 },
      );
    });

    it('agrees with an average of all rows in every step after rows were not sampled for long', () => {
      const vocabulary = 3;
      for (const options of [{ decay: 0.999 }, { mode: 'mean', from: 500 }] as const) {
        const definition = new Definition([1, 2, 3, 4, 5, 6], options, 7);
        const optimizer = new WeightAveraging(new Lookahead(new RowSgd(0.5), { k: 7 }), options);
        const table = variable([1, 2, 3, 4, 5, 6], [vocabulary, 2]);
        for (let t = 0; t < 1200; t++) {
          const ids = [t % 3 && 2, ...(t % 1100 === 10 ? [1] : [])];
          const rows = ids.map((id) => [Math.sin(t + id), 0.1]);
          sparseStep(optimizer, [table], [{ ids, rows }]);
          definition.step(dense({ ids, rows }, vocabulary));
        }
        expectClose(averageOf(optimizer, table), definition.average, { rtol: 1e-4, atol: 1e-5 });
        table.dispose();
        optimizer.dispose();
      }
    });

    it('starts amid a period of a Lookahead that has moved rows before', () => {
      // lr 1, k = 2, alpha 0.5, decay 0.5. Row 0: 8 → 0 without an average; then it is wrapped, and
      // row 1 is sampled: 8 → 0. The sync puts both to 4: averages (0 + 4) / 2 and (8 + 4) / 2.
      const lookahead = new Lookahead(new RowSgd(1), { k: 2 });
      const table = variable([8, 8], [2, 1]);
      sparseStep(lookahead, [table], [{ ids: [0], rows: [[8]] }]);
      const optimizer = new WeightAveraging(lookahead, { decay: 0.5 });
      sparseStep(optimizer, [table], [{ ids: [1], rows: [[8]] }]);
      expectClose(averageOf(optimizer, table), [2, 6]);
      table.dispose();
      optimizer.dispose();
    });

    it('is the same around lazy steps on rows and around those that restore rows', () => {
      const run = (rows: 'auto' | 'gradient', decoupled: boolean) => {
        const x = variable([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
        const lazy = new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [x], rows });
        const decayed = new WeightDecay(lazy, { decay: 0.1, decoupled });
        const lookahead = new Lookahead(new GradientClipping(decayed, { globalNorm: 1 }), { k: 3 });
        const optimizer = new WeightAveraging(lookahead, { decay: 0.9 });
        for (const ids of [[0, 1, 0], [1], [2, 1], [0], [2], [1], [1]]) {
          const loss = () => tf.sum(tf.square(lookup(x, tf.tensor1d(ids, 'int32')))) as tf.Scalar;
          optimizer.minimize(loss, false, [x]);
        }
        const values = [...x.dataSync(), ...averageOf(optimizer, x)];
        x.dispose();
        optimizer.dispose();
        return values;
      };
      for (const decoupled of [true, false]) {
        const values = run('auto', decoupled);
        expectClose(values, run('gradient', decoupled), { rtol: 1e-4, atol: 1e-6 });
        expect(values.slice(6, 8)).to.deep.equal([7, 8]);
      }
    });

    it('makes nothing as large as the table when rows are sampled', async () => {
      for (const options of [{}, { mode: 'mean', from: 3 }] as const) {
        const decayed = new WeightDecay(new GradientClipping(new RowSgd(0.5), { norm: 1 }));
        const optimizer = new WeightAveraging(new Lookahead(decayed, { k: 2 }), options);
        const table = variable(Array(1000).fill(1), [500, 2]);
        const sampled = (id: number) =>
          sparseStep(optimizer, [table], [{ ids: [id], rows: [[1, 2]] }]);
        sampled(7); // rows of table and average are set up in the first step,
        sampled(8); // those of the slow weights in the first sync
        const run = () => {
          for (const id of [1, 2, 3, 7, 1]) {
            sampled(id);
          }
          sparseStep(optimizer, [table], [null]);
        };
        expect(await largestTensor(run)).to.be.at.most(6); // three rows in a sync
        table.dispose();
        optimizer.dispose();
      }
    });
  });
});
