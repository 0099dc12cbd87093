/** LazyOptimizer with `moments: 'freeze'` against PyTorch's SparseAdam and TFA's LazyAdam. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { LazyOptimizer, type LazyRows, Lookahead } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { type Oracle, oracle } from './load.js';
import { adam, follow } from './reference.js';
import { run, runLookups } from './run.js';

const [lr, beta1, beta2, epsilon] = [1 / 16, 7 / 8, 63 / 64, 1 / 128];

/** The gradients, null for all of a row in the steps in which no token looked it up. */
function gradientsOfSampled({ shapes, gradients, tokens }: Oracle): (number | null)[][][] {
  const width = shapes[0][1];
  return gradients.map(([table], t) => [
    table.map((g, i) => (tokens![t].includes(Math.floor(i / width)) ? g : null)),
  ]);
}

const frozen =
  (inner: tf.Optimizer, rows: LazyRows = 'auto') =>
  (tables: tf.Variable[]) =>
    new LazyOptimizer(inner, { embeddingLayers: tables, moments: 'freeze', rows });

/** ε = 2⁻³⁰ does not matter: the roots of v are 0, with a step of 0, or above 10⁻³. */
const adamOfSmallEpsilon = () => tf.train.adam(lr, beta1, beta2, 2 ** -30);

describe('LazyOptimizer that freezes moments', () => {
  // In the table's fourth step no row is sampled at all: in SparseAdam, LazyAdam and here the clock
  // ticks all the same, and so later corrections are the same.
  onEachBackend(() => {
    it("gives SparseAdam's figures where ε does not matter", () => {
      const data = oracle('torch', 'sparse adam, small ε, table');
      const ours = run(data, frozen(adamOfSmallEpsilon()));
      expectClose(ours.values.flat(2), data.values.flat(2), { atol: 1e-7 });
    });

    // In `tokens` ids repeat within a batch, and row 1 is sampled in step 3 with a gradient of zero,
    // where it moves by its old moments.
    for (const problem of ['table', 'tokens']) {
      for (const rows of ['auto', 'indices'] as LazyRows[]) {
        it(`gives SparseAdam's figures when tokens are looked up: ${problem}, ${rows}`, () => {
          const data = oracle('torch', `sparse adam, small ε, ${problem}`);
          const values = runLookups(data, frozen(adamOfSmallEpsilon(), rows));
          expectClose(values.flat(2), data.values.flat(2), { atol: 1e-7 });
        });
      }
    }

    it("gives SparseAdam's figures inside a Lookahead with alpha = 1", () => {
      const data = oracle('torch', 'sparse adam, small ε, tokens');
      const lazy = frozen(adamOfSmallEpsilon());
      const make = (tables: tf.Variable[]) => new Lookahead(lazy(tables), { k: 3, alpha: 1 });
      const values = runLookups(data, make);
      expectClose(values.flat(2), data.values.flat(2), { atol: 1e-7 });
    });

    it("leaves SparseAdam's way where it takes a row with a gradient of zero for not sampled", () => {
      const data = oracle('torch', 'sparse adam, small ε, tokens');
      const values = runLookups(data, frozen(adamOfSmallEpsilon(), 'gradient'));
      const rowOne = (steps: number[][][], t: number) => steps[t][0].slice(3, 6);
      expect(rowOne(values, 2)).to.deep.equal(rowOne(values, 1));
      expect(rowOne(data.values, 2)[0]).not.to.be.closeTo(rowOne(data.values, 1)[0], 1e-3);
    });

    it('is SparseAdam and LazyAdam with an ε outside the bias correction', () => {
      // Both have ε-hat, α·m / (√v + ε) with α = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ), unlike PyTorch's Adam and
      // tf.js's: the tests at the end show that this is the only difference.
      const data = oracle('torch', 'sparse adam, table');
      const expected = follow(
        () => adam({ lr, beta1, beta2, epsilon }),
        data.initial,
        gradientsOfSampled(data),
      );
      const ours = run(data, frozen(tf.train.adam(lr, beta1, beta2, epsilon)));
      expectClose(ours.values.flat(2), expected.flat(2), { atol: 1e-7 });
    });

    it("gives the figures of LazyAdam's own test", () => {
      // ε = 1e-7 beside √v ≥ 0.1 · √0.001 = 0.003 changes steps of 0.001 by less than 1e-7.
      const data = oracle('tfa', 'lazy adam, own test');
      const ours = run(data, frozen(tf.train.adam(0.001, 0.9, 0.999, 1e-7)));
      expectClose(ours.values.flat(2), data.values.flat(2));
      expectClose(
        data.values.flatMap(([table]) => table),
        [
          ...[0.999000032, 1, 1.999000032],
          ...[0.998000054, 1, 1.998000054],
          ...[0.997000072, 1, 1.997000072],
        ],
      );
    });
  });

  for (const { peer, name } of [
    { peer: 'torch', name: 'sparse adam, table' },
    { peer: 'tfa', name: 'lazy adam, table' },
    // Tokens that repeat have their gradients summed before the step, and a row that is sampled moves
    // by its old moments though its gradient is zero.
    { peer: 'torch', name: 'sparse adam, tokens' },
    { peer: 'tfa', name: 'lazy adam, tokens' },
  ] as const) {
    it(`differs from ${peer}'s by ε-hat alone: ${name}`, () => {
      const data = oracle(peer, name);
      const [theirs, ours] = [true, false].map((epsilonHat) =>
        follow(
          () => adam({ lr, beta1, beta2, epsilon, epsilonHat }),
          data.initial,
          gradientsOfSampled(data),
        ),
      );
      expectClose(theirs.flat(2), data.values.flat(2), { rtol: 1e-7 });
      expect(Math.abs(theirs[7][0][0] - ours[7][0][0])).to.be.above(1e-3);
    });
  }
});
