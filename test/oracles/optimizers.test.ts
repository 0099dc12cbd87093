/**
 * tf.js's optimizers in wrappers that must not change them, against PyTorch's and Keras's.
 *
 * Where definitions differ, the same reference rule gives the peer's figures with the peer's
 * convention, and ours with tf.js's; the ε of these cases, 1/128, is large enough to tell them apart.
 */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { KerasAdam } from '../../src/optimizers/keras-adam.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { type Oracle, oracle, type Peer } from './load.js';
import { adadelta, adagrad, adam, adamax, follow, type Rule, rmsprop } from './reference.js';
import { run } from './run.js';

const [lr, beta1, beta2, rho, epsilon] = [1 / 16, 7 / 8, 63 / 64, 7 / 8, 1 / 128];

interface Comparison {
  peer: Peer;
  name: string;
  ours: () => tf.Optimizer;
}

/** The same definition on both sides. */
const SAME: Comparison[] = [
  { peer: 'torch', name: 'sgd', ours: () => tf.train.sgd(lr) },
  { peer: 'keras', name: 'sgd', ours: () => tf.train.sgd(lr) },
  // PyTorch's buffer begins as the first gradient, tf.js's as 0: 0·μ + g is that gradient.
  { peer: 'torch', name: 'momentum', ours: () => tf.train.momentum(lr, 7 / 8) },
  { peer: 'torch', name: 'nesterov', ours: () => tf.train.momentum(lr, 7 / 8, true) },
  // Keras's velocity is w ← μw − lr·g, p ← p + w: w = −lr·s, as long as lr stays the same. Nesterov's
  // p ← p + μw − lr·g is then p − lr(μs + g), tf.js's.
  { peer: 'keras', name: 'momentum', ours: () => tf.train.momentum(lr, 7 / 8) },
  { peer: 'keras', name: 'nesterov', ours: () => tf.train.momentum(lr, 7 / 8, true) },
  // ε is added to the corrected root in both.
  { peer: 'torch', name: 'adam', ours: () => tf.train.adam(lr, beta1, beta2, epsilon) },
  // ε is added to the root that is not corrected.
  { peer: 'keras', name: 'adam', ours: () => new KerasAdam(lr, beta1, beta2, epsilon) },
  // ε is in the root, lr in the momentum in both.
  { peer: 'keras', name: 'rmsprop', ours: () => tf.train.rmsprop(lr, rho, 0, epsilon) },
  {
    peer: 'keras',
    name: 'rmsprop with momentum',
    ours: () => tf.train.rmsprop(lr, rho, 7 / 8, epsilon),
  },
  // tf.js's ε of 1e-7 cannot be set; Keras has it by default, in the root as tf.js.
  { peer: 'keras', name: 'adagrad', ours: () => tf.train.adagrad(lr, 1 / 8) },
  // ε is added to the maximum in both.
  { peer: 'keras', name: 'adamax', ours: () => tf.train.adamax(lr, beta1, beta2, epsilon) },
];

/** ε = 2⁻³⁰ does not matter wherever it stands: roots are 0, with a step of 0, or above 10⁻³. */
const SMALL = 2 ** -30;
const SAME_BUT_FOR_EPSILON: Comparison[] = [
  { peer: 'keras', name: 'adam, small ε', ours: () => tf.train.adam(lr, beta1, beta2, SMALL) },
  { peer: 'torch', name: 'adam, small ε', ours: () => tf.train.adam(lr, beta1, beta2, SMALL) },
  { peer: 'torch', name: 'rmsprop, small ε', ours: () => tf.train.rmsprop(lr, rho, 0, SMALL) },
  { peer: 'torch', name: 'adamax, small ε', ours: () => tf.train.adamax(lr, beta1, beta2, SMALL) },
  // v ≥ 1/8, so that tf.js's 1e-7 in the root changes a step by at most 1e-7 / (2 · 1/8) = 4e-7 of it.
  { peer: 'torch', name: 'adagrad, small ε', ours: () => tf.train.adagrad(lr, 1 / 8) },
];

/** Another definition: the rule by the peer's convention, and by tf.js's. */
const DIFFERENT: (Comparison & { theirs: () => Rule; rule: () => Rule })[] = [
  {
    // Keras: α·m / (√v + ε), α = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ). Divided by √(1 − β₂ᵗ) above and below that
    // is lr·m̂ / (√v̂ + ε / √(1 − β₂ᵗ)): at first an ε 8 times tf.js's, for 1 − β₂ = 1/64.
    peer: 'keras',
    name: 'adam',
    ours: () => tf.train.adam(lr, beta1, beta2, epsilon),
    theirs: () => adam({ lr, beta1, beta2, epsilon, epsilonHat: true }),
    rule: () => adam({ lr, beta1, beta2, epsilon }),
  },
  {
    // PyTorch: g / (√v + ε); tf.js: g / √(v + ε).
    peer: 'torch',
    name: 'rmsprop',
    ours: () => tf.train.rmsprop(lr, rho, 0, epsilon),
    theirs: () => rmsprop({ lr, rho, epsilon, epsilonOutside: true }),
    rule: () => rmsprop({ lr, rho, epsilon }),
  },
  {
    // The same; and PyTorch's buffer is without lr, p ← p − lr·s, the same as long as lr is.
    peer: 'torch',
    name: 'rmsprop with momentum',
    ours: () => tf.train.rmsprop(lr, rho, 7 / 8, epsilon),
    theirs: () => rmsprop({ lr, rho, epsilon, momentum: 7 / 8, epsilonOutside: true }),
    rule: () => rmsprop({ lr, rho, epsilon, momentum: 7 / 8 }),
  },
  {
    // PyTorch: g / (√v + ε); tf.js: g / √(v + 1e-7). By default PyTorch begins with v = 0, tf.js with 0.1.
    peer: 'torch',
    name: 'adagrad',
    ours: () => tf.train.adagrad(lr, 1 / 8),
    theirs: () => adagrad({ lr, initial: 1 / 8, epsilon, epsilonOutside: true }),
    rule: () => adagrad({ lr, initial: 1 / 8, epsilon: 1e-7 }),
  },
  // PyTorch and Keras divide by the new √(v + ε), as the article does; tf.js by the one before the step.
  ...(['torch', 'keras'] as const).map((peer) => ({
    peer,
    name: 'adadelta',
    ours: () => tf.train.adadelta(1, rho, epsilon),
    theirs: () => adadelta({ lr: 1, rho, epsilon }),
    rule: () => adadelta({ lr: 1, rho, epsilon, oldAccumulator: true }),
  })),
  {
    // PyTorch: u ← max(β₂u, |g| + ε), and divides by u; tf.js: u ← max(β₂u, |g|), and divides by u + ε. The
    // two differ where β₂u is the larger, by ε(1 − β₂): ε is 1/2 here for that to show.
    peer: 'torch',
    name: 'adamax',
    ours: () => tf.train.adamax(lr, beta1, beta2, 1 / 2),
    theirs: () => adamax({ lr, beta1, beta2, epsilon: 1 / 2, epsilonInMaximum: true }),
    rule: () => adamax({ lr, beta1, beta2, epsilon: 1 / 2 }),
  },
];

/** The ways of wrapping that leave every step as it is. The second variable stands for a table. */
const WRAPPERS: Record<string, (inner: tf.Optimizer, table: tf.Variable) => tf.Optimizer> = {
  'Lookahead with alpha = 1': (inner) => new Lookahead(inner, { k: 3, alpha: 1 }),
  'LazyOptimizer, all rows sampled, decay': (inner, table) =>
    new LazyOptimizer(inner, { embeddingLayers: [table], moments: 'decay' }),
  'LazyOptimizer, all rows sampled, freeze': (inner, table) =>
    new LazyOptimizer(inner, { embeddingLayers: [table], moments: 'freeze' }),
};

/** The largest difference, to be held against the tolerance of 1e-5 times figures of about 1. */
const farApart = (a: number[][][], b: number[][][]) =>
  Math.max(...a.flat(2).map((x, i) => Math.abs(x - b.flat(2)[i])));

describe('Optimizers of tf.js in wrappers', () => {
  onEachBackend(() => {
    for (const [wrapper, wrap] of Object.entries(WRAPPERS)) {
      const wrapped = (data: Oracle, inner: () => tf.Optimizer) =>
        run(data, ([, table]) => wrap(inner(), table)).values;

      for (const { peer, name, ours } of [...SAME, ...SAME_BUT_FOR_EPSILON]) {
        it(`give ${peer}'s figures: ${name} in ${wrapper}`, () => {
          const data = oracle(peer, name);
          expectClose(wrapped(data, ours).flat(2), data.values.flat(2), { atol: 1e-7 });
        });
      }

      for (const { peer, name, ours, rule } of DIFFERENT) {
        it(`give ${peer}'s figures but for tf.js's convention: ${name} in ${wrapper}`, () => {
          const data = oracle(peer, name);
          const expected = follow(rule, data.initial, data.gradients);
          expectClose(wrapped(data, ours).flat(2), expected.flat(2), { atol: 1e-7 });
        });
      }
    }
  });

  for (const { peer, name, theirs, rule } of DIFFERENT) {
    it(`differ from ${peer}'s by the convention alone: ${name}`, () => {
      const { initial, gradients, values } = oracle(peer, name);
      const [peers, tfjs] = [theirs, rule].map((rule) => follow(rule, initial, gradients));
      expectClose(peers.flat(2), values.flat(2), { rtol: 1e-7 });
      expect(farApart(peers, tfjs), 'the conventions can be told apart').to.be.above(1e-4);
    });
  }
});
