import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  LazyOptimizer,
  type LazyRows,
  Lookahead,
  type MomentumPolicy,
  WeightAveraging,
} from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, variable } from '../support/optimizers.js';

/** One thing that happens to a table of `VOCABULARY` rows of one number. */
type Event =
  | { kind: 'lookup' | 'other optimizer'; ids: number[] }
  | { kind: 'dense'; gradient: number[] }
  | { kind: 'assign' | 'no gradient' | 'synchronize' };

const VOCABULARY = 4;

const ids = fc.array(fc.nat(VOCABULARY - 1), { minLength: 1, maxLength: 3 });
const gradient = fc.array(fc.constantFrom(0, 0.5, -1), {
  minLength: VOCABULARY,
  maxLength: VOCABULARY,
});
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: ids.map((ids) => ({ kind: 'lookup' as const, ids })) },
  { weight: 2, arbitrary: gradient.map((gradient) => ({ kind: 'dense' as const, gradient })) },
  { weight: 1, arbitrary: ids.map((ids) => ({ kind: 'other optimizer' as const, ids })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('assign', 'no gradient', 'synchronize').map((kind) => ({ kind })),
  },
);

/** Steps down along the looked-up rows: each moves by the learning rate for each time it is there. */
function lookUp(optimizer: tf.Optimizer, table: tf.Variable, ids: number[]): void {
  optimizer.minimize(
    () => tf.sum(tf.gather(table, tf.tensor1d(ids, 'int32'))) as tf.Scalar,
    false,
    [table],
  );
}

/** What an optimizer keeps for the table, slot by slot. */
function momentsOf(lookahead: Lookahead): number[][] {
  return lookahead
    .slots()
    .map(({ variables }) => tf.tidy(() => Array.from(variables[0].read().dataSync())));
}

/**
 * The fast and the slow weights, the averages around them and the moments, after all that happens to a
 * table.
 */
function stateAfter(
  events: Event[],
  rows: LazyRows,
  make: () => tf.Optimizer,
  { momentum, averaged = false }: { momentum?: MomentumPolicy; averaged?: boolean },
): number[][] {
  const table = variable([1, 2, 3, 4], [VOCABULARY, 1]);
  const lazy = (inner: tf.Optimizer) =>
    new LazyOptimizer(inner, { embeddingLayers: [table], rows });
  const lookahead = new Lookahead(lazy(make()), { k: 3, alpha: 0.25, momentum });
  const optimizer = averaged ? new WeightAveraging(lookahead, { decay: 0.5 }) : lookahead;
  const other = lazy(tf.train.sgd(0.5));
  lookUp(optimizer, table, [0]);
  for (const event of events) {
    if (event.kind === 'lookup') lookUp(optimizer, table, event.ids);
    if (event.kind === 'other optimizer') lookUp(other, table, event.ids);
    if (event.kind === 'dense') step(optimizer, [table], [event.gradient]);
    if (event.kind === 'no gradient') step(optimizer, [table], [null]);
    if (event.kind === 'assign') tf.tidy(() => table.assign(tf.mul(table, 0.5)));
    if (event.kind === 'synchronize') lookahead.synchronize();
  }
  const read = () => Array.from(table.dataSync());
  const state = [read(), lookahead.withSlowWeights(read), ...momentsOf(lookahead)];
  if (optimizer instanceof WeightAveraging) state.push(optimizer.withAveragedWeights(read));
  for (const each of [optimizer, other]) each.dispose();
  table.dispose();
  return state;
}

describe('Lookahead over a LazyOptimizer', () => {
  onEachBackend((backend) => {
    it('syncs all rows after something else gave the table other weights', () => {
      // φ = 0, then θ = 8 from outside: half way is 4, also for the row that is never sampled.
      const table = variable([0, 0], [2, 1]);
      const lazy = new LazyOptimizer(tf.train.sgd(0), { embeddingLayers: [table] });
      const optimizer = new Lookahead(lazy, { k: 2 });
      lookUp(optimizer, table, [0]);
      tf.tidy(() => table.assign(tf.fill([2, 1], 8)));
      lookUp(optimizer, table, [0]);
      expectClose(table.dataSync(), [4, 4]);
      table.dispose();
      optimizer.dispose();
    });

    it('syncs the rows that a dense gradient moved', () => {
      // SGD(1), k = 2, α = 0.5. Row 0: 0 → −2, sync −1; → −3, sync −2; with the whole table → −4,
      // sync −3. Row 1: 0 → −2 with the whole table, sync −1.
      const table = variable([0, 0], [2, 1]);
      const lazy = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const optimizer = new Lookahead(lazy, { k: 2 });
      for (let i = 0; i < 4; i++) lookUp(optimizer, table, [0]);
      for (let i = 0; i < 2; i++) step(optimizer, [table], [[1, 1]]);
      expectClose(table.dataSync(), [-3, -1]);
      expectClose(
        optimizer.withSlowWeights(() => table.dataSync()),
        [-3, -1],
      );
      table.dispose();
      optimizer.dispose();
    });

    it('takes rows that another optimizer has moved for fast weights', () => {
      // Row 1 is moved by the other alone: 0 → −2, and the sync puts it half way back to φ = 0.
      const table = variable([0, 0], [2, 1]);
      const lazy = () => new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      const [optimizer, other] = [new Lookahead(lazy(), { k: 2 }), lazy()];
      for (let i = 0; i < 2; i++) lookUp(optimizer, table, [0]); // 0 → −2, sync −1
      lookUp(optimizer, table, [0]);
      for (let i = 0; i < 2; i++) lookUp(other, table, [1]);
      lookUp(optimizer, table, [0]); // −1 → −3, sync −2
      expectClose(table.dataSync(), [-2, -1]);
      table.dispose();
      for (const each of [optimizer, other]) each.dispose();
    });

    it('pulls back the momentum of every row, that of one that is not sampled after it has shrunk', () => {
      // Momentum 0.5, g = 1, k = 2, alpha = 0.5. Row 0 is sampled in every step, as the optimizer's
      // only variable: s = 1, 1.5 | 0.75, then 1.375, 1.6875 | 1.21875. Row 1 in the first and the last:
      // s = 1, 0.5 | pulled back to 0 + 0.5 · 0.5 = 0.25 = s̄
      // s = 0.125, 1.0625 | 0.25 + 0.5 · (1.0625 − 0.25) = 0.65625
      const table = variable([0, 0], [2, 1]);
      const lazy = new LazyOptimizer(tf.train.momentum(1, 0.5), { embeddingLayers: [table] });
      const optimizer = new Lookahead(lazy, { k: 2, momentum: 'pullback' });
      const seen = [[0, 1], [0], [0], [0, 1]].flatMap((ids) => {
        lookUp(optimizer, table, ids);
        return momentsOf(optimizer);
      });
      expectClose(seen.flat(), [1, 1, 0.75, 0.25, 1.375, 0.125, 1.21875, 0.65625]);
      table.dispose();
      optimizer.dispose();
    });

    it('has the state of the restoring way, whatever moves the table between two syncs', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(OPTIMIZERS)),
          fc.constantFrom<MomentumPolicy>('keep', 'reset', 'pullback'),
          fc.array(event, { maxLength: 14 }),
          (name, momentum, events) => {
            const [onRows, restoring] = (['auto', 'gradient'] as const).map((rows) =>
              stateAfter(events, rows, OPTIMIZERS[name], { momentum }),
            );
            for (const [i, values] of onRows.entries()) {
              expectClose(values, restoring[i], { rtol: 1e-4, atol: 1e-6 });
            }
          },
        ),
        { numRuns: backend === 'cpu' ? 100 : 150 },
      );
    });

    it('is averaged as around the restoring way, whatever gradients the table gets', () => {
      const own = event.filter(({ kind }) => ['lookup', 'dense', 'no gradient'].includes(kind));
      fc.assert(
        fc.property(fc.array(own, { maxLength: 14 }), (events) => {
          const [onRows, restoring] = (['auto', 'gradient'] as const).map((rows) =>
            stateAfter(events, rows, OPTIMIZERS.momentum, { averaged: true }),
          );
          for (const [i, values] of onRows.entries()) {
            expectClose(values, restoring[i], { rtol: 1e-4, atol: 1e-6 });
          }
        }),
        { numRuns: 50 },
      );
    });
  });
});
