/** Lookahead's three momentum policies against pytorch_optimizer's and optax's, k = 3, α = 1/4. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { Lookahead, type MomentumPolicy } from '../../src/index.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';
import { type Oracle, oracle, type Peer } from './load.js';
import { adam, follow, momentum, pulledBack } from './reference.js';
import { run } from './run.js';

const [lr, mu, beta1, beta2, epsilon] = [1 / 16, 7 / 8, 7 / 8, 63 / 64, 1 / 128];
const [k, alpha] = [3, 1 / 4];

// All three have ε outside the correction, buffers that begin as 0 (PyTorch's as the first gradient,
// which is the same), and no learning rate in the buffer: `optimizers.test.ts` compares them.
const INNER: Record<string, () => tf.Optimizer> = {
  momentum: () => tf.train.momentum(lr, mu),
  nesterov: () => tf.train.momentum(lr, mu, true),
  adam: () => tf.train.adam(lr, beta1, beta2, epsilon),
};

/**
 * The fast weights are what the model holds after the step: pytorch_optimizer's parameters, the `fast`
 * half of optax's; the slow ones what an evaluation is on. Both peers make the two equal at a sync.
 */
const COMPARISONS: { peer: Peer; name: string; inner: string; policy: MomentumPolicy }[] = [
  { peer: 'pytorch-optimizer', name: 'none', inner: 'momentum', policy: 'keep' },
  { peer: 'pytorch-optimizer', name: 'none', inner: 'nesterov', policy: 'keep' },
  { peer: 'pytorch-optimizer', name: 'none', inner: 'adam', policy: 'keep' },
  { peer: 'optax', name: 'keep', inner: 'momentum', policy: 'keep' },
  { peer: 'optax', name: 'keep', inner: 'adam', policy: 'keep' },
  // pytorch_optimizer puts a buffer of zeros: all the state there is, for momentum has no clock.
  { peer: 'pytorch-optimizer', name: 'reset', inner: 'momentum', policy: 'reset' },
  { peer: 'pytorch-optimizer', name: 'reset', inner: 'nesterov', policy: 'reset' },
  // optax calls the inner optimizer's init again: moments and clock are as new.
  { peer: 'optax', name: 'reset', inner: 'momentum', policy: 'reset' },
  { peer: 'optax', name: 'reset', inner: 'adam', policy: 'reset' },
  // pytorch_optimizer 4.1's s̄ begins as 0 and is a copy of the buffer from then on, as ours. (The
  // article's own code makes s̄ the live buffer after the first sync, so that the second one would
  // scale s by α + (1 − α)α instead of interpolating it; steps 7 and 8 of these figures would tell.)
  { peer: 'pytorch-optimizer', name: 'pullback', inner: 'momentum', policy: 'pullback' },
  { peer: 'pytorch-optimizer', name: 'pullback', inner: 'nesterov', policy: 'pullback' },
];

const figures = ({ values, slow }: Pick<Oracle, 'values' | 'slow'>) => [values, slow!].flat(3);

describe('Lookahead', () => {
  onEachBackend(() => {
    for (const { peer, name, inner, policy } of COMPARISONS) {
      it(`gives ${peer}'s figures, fast and slow: ${policy} around ${inner}`, () => {
        const data = oracle(peer, `lookahead ${inner}, ${name}`);
        const ours = run(data, () => new Lookahead(INNER[inner](), { k, alpha, momentum: policy }));
        expectClose(figures(ours), figures(data), { atol: 1e-7 });
      });
    }

    it("pulls Adam's first moments back as the rule says that pulls back momentum as peers do", () => {
      // No peer does it: see the next test. The rule is checked on momentum, below.
      const data = oracle('pytorch-optimizer', 'lookahead adam, pullback');
      const rule = () => adam({ lr, beta1, beta2, epsilon });
      const expected = follow(
        (start) => pulledBack(rule(), k, alpha, start),
        data.initial,
        data.gradients,
      );
      const ours = run(data, () => new Lookahead(INNER.adam(), { k, alpha, momentum: 'pullback' }));
      expectClose(ours.values.flat(2), expected.flat(2), { atol: 1e-7 });
    });
  });

  it('has no oracle in pytorch_optimizer for reset and pullback around Adam', () => {
    // It acts on the state's `momentum_buffer`, which Adam never reads: its m is `exp_avg`.
    const [none, ...others] = ['none', 'reset', 'pullback'].map(
      (policy) => oracle('pytorch-optimizer', `lookahead adam, ${policy}`).values,
    );
    expect(others).to.deep.equal([none, none]);
  });

  for (const inner of ['momentum', 'nesterov']) {
    it(`is pulled back by the reference rule as by pytorch_optimizer: ${inner}`, () => {
      const data = oracle('pytorch-optimizer', `lookahead ${inner}, pullback`);
      const nesterov = inner === 'nesterov';
      const expected = follow(
        (start) => pulledBack(momentum({ lr, momentum: mu, nesterov }), k, alpha, start),
        data.initial,
        data.gradients,
      );
      expectClose(expected.flat(2), data.values.flat(2), { rtol: 1e-7 });
    });

    it(`has figures that tell the three policies apart: ${inner}`, () => {
      const last = ['none', 'reset', 'pullback'].map(
        (policy) => oracle('pytorch-optimizer', `lookahead ${inner}, ${policy}`).values[7][0][0],
      );
      for (const [a, b] of [
        [0, 1],
        [0, 2],
        [1, 2],
      ]) {
        expect(Math.abs(last[a] - last[b])).to.be.above(1e-3);
      }
    });
  }
});
