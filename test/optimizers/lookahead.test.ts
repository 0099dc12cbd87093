import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import fc from 'fast-check';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { slotsOf } from '../../src/optimizers/slots.js';
import { onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';

/** Puts something between Lookahead and an optimizer of one variable. */
type Wrap = (inner: tf.Optimizer, table: tf.Variable) => tf.Optimizer;

describe('Lookahead', () => {
  onEachBackend(() => {
    it('takes k fast steps, then one step of the slow weights', () => {
      // A constant fast step of −lr · g = −1 from 3, k = 3, alpha = 1/3:
      // 3 → 2 → 1 → 0, and the sync puts 3 + (0 − 3) / 3 = 2; then 2 → 1 → 0 → −1, 2 + (−1 − 2) / 3 = 1.
      const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 3, alpha: 1 / 3 });
      const x = variable([3]);
      const values = trajectory(optimizer, x, Array(6).fill([2])).flat();
      expectClose(values, [2, 1, 2, 1, 0, 1]);
      tf.dispose(x);
      optimizer.dispose();
    });

    for (const { k, alpha, slow } of [
      // Two fast steps of −2 from 3.
      { k: 1, alpha: 0.5, slow: 1 }, // every step is halved: 3 → 2 → 1
      { k: 1, alpha: 0, slow: 3 }, // a way to keep the weights where they are
      { k: 1, alpha: 1, slow: -1 }, // the inner optimizer alone: 3 → 1 → −1
      { k: 2, alpha: 1, slow: -1 },
    ]) {
      it(`has slow weights ${slow} after two steps with k = ${k}, alpha = ${alpha}`, () => {
        const optimizer = new Lookahead(tf.train.sgd(1), { k, alpha });
        const x = variable([3]);
        trajectory(optimizer, x, [[2], [2]]);
        expectClose(
          optimizer.withSlowWeights(() => x.dataSync()),
          [slow],
        );
        tf.dispose(x);
        optimizer.dispose();
      });
    }

    for (const k of [5, 10, 100]) {
      for (const alpha of [0.3, 0.7]) {
        it(`moves ${alpha} of the way of ${k} Adam steps`, () => {
          const gradients = Array.from({ length: k }, (_, t) => [Math.sin(t), 1 / (t + 1)]);
          const inner = tf.train.adam(0.01);
          const alone = variable([1, -2]);
          const there = trajectory(inner, alone, gradients)[k - 1];
          const optimizer = new Lookahead(tf.train.adam(0.01), { k, alpha });
          const x = variable([1, -2]);
          const here = trajectory(optimizer, x, gradients)[k - 1];
          expectClose(here, [1 + alpha * (there[0] - 1), -2 + alpha * (there[1] + 2)]);
          tf.dispose([alone, x]);
          inner.dispose();
          optimizer.dispose();
        });
      }
    }

    it('is the inner optimizer bit for bit with alpha = 1, for any optimizer and gradients', () => {
      const gradient = fc.array(fc.float({ noNaN: true, min: -10, max: 10 }), {
        minLength: 3,
        maxLength: 3,
      });
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(OPTIMIZERS)),
          fc.integer({ min: 1, max: 4 }),
          fc.array(gradient, { minLength: 1, maxLength: 9 }),
          (name, k, gradients) => {
            const inner = OPTIMIZERS[name]();
            const optimizer = new Lookahead(OPTIMIZERS[name](), { k, alpha: 1 });
            const [a, b] = [variable([1, 2, 3]), variable([1, 2, 3])];
            for (const g of gradients) {
              step(inner, [a], [g]);
              step(optimizer, [b], [g]);
              expect(bits(b)).to.deep.equal(bits(a));
            }
            tf.dispose([a, b]);
            inner.dispose();
            optimizer.dispose();
          },
        ),
        { numRuns: 40 },
      );
    });

    it('counts a step in which a variable has no gradient, and leaves its slots in place', () => {
      // y is reached in the second step only; both sync after it (k = 2, alpha = 0.5).
      const optimizer = new Lookahead(tf.train.momentum(1, 0.5), { k: 2 });
      const [x, y] = [variable([0]), variable([0, 0])];
      step(optimizer, [x, y], [[1], null]);
      step(optimizer, [x, y], [[1], [2, 2]]);
      // x: 0 → −1 (accumulation 1) → −1 − 1.5 = −2.5, slow half of it; y: 0 → −2, half of it −1.
      expectClose(x.dataSync(), [-1.25]);
      expectClose(y.dataSync(), [-1, -1]);
      tf.dispose([x, y]);
      optimizer.dispose();
    });

    it('keeps every variable its slots when minimize reaches other variables each time', () => {
      const optimizer = new Lookahead(tf.train.momentum(1, 0.5), { k: 100 });
      const [x, y] = [variable([0]), variable([0])];
      const down = (v: tf.Variable) => {
        optimizer.minimize(() => tf.sum(v) as tf.Scalar);
      };
      down(x); // accumulation of x 1
      down(y); // accumulation of y 1: were the list [y], it would get the slot of x
      down(y); // 1.5: y = −1 − 1.5
      expectClose(y.dataSync(), [-2.5]);
      expectClose(x.dataSync(), [-1]);
      tf.dispose([x, y]);
      optimizer.dispose();
    });

    it('pulls momentum back towards that of the last sync', () => {
      // Momentum 0.5, g = 1, lr 1, k = 2, alpha = 0.5:
      // s = 1, 1.5 | pulled back to 0 + 0.5 · 1.5 = 0.75 = s̄
      // s = 1.375, 1.6875 | 0.75 + 0.5 · (1.6875 − 0.75) = 1.21875
      const optimizer = new Lookahead(tf.train.momentum(1, 0.5), { k: 2, momentum: 'pullback' });
      const x = variable([0]);
      const momentum = () => optimizer.slots()[0].variables[0].read().dataSync()[0];
      const seen = [1, 1, 1, 1].map((g) => {
        step(optimizer, [x], [[g]]);
        return momentum();
      });
      expectClose(seen, [1, 0.75, 1.375, 1.21875]);
      tf.dispose(x);
      optimizer.dispose();
    });

    it('pulls nothing back with alpha = 1, and all of it with alpha = 0, also from infinity', () => {
      const [x, y] = [variable([0.1]), variable([0.1])];
      const inner = tf.train.momentum(0.1, 0.9);
      const outer = new Lookahead(tf.train.momentum(0.1, 0.9), {
        ...{ alpha: 1, k: 1, momentum: 'pullback' },
      });
      for (const g of [0.3, 0.7, -0.2]) {
        step(inner, [x], [[g]]);
        step(outer, [y], [[g]]);
        expect(bits(y)).to.deep.equal(bits(x));
      }
      const still = new Lookahead(tf.train.momentum(0.1, 0.9), {
        ...{ alpha: 0, k: 1, momentum: 'pullback' },
      });
      for (const g of [1, Number.POSITIVE_INFINITY]) {
        step(still, [x], [[g]]);
        expect(Array.from(still.slots()[0].variables[0].read().dataSync())).to.deep.equal([0]);
      }
      for (const optimizer of [inner, outer, still]) optimizer.dispose();
      tf.dispose([x, y]);
    });

    it('leaves a layer as it is from when it is frozen', () => {
      const [x, y] = [variable([0]), variable([0])];
      const optimizer = new Lookahead(tf.train.sgd(1), { k: 2, alpha: 0.5 });
      step(optimizer, [x, y], [[1], [1]]);
      y.trainable = false;
      // φ of y was 0; frozen at −1 it is evaluated as that.
      expect(optimizer.withSlowWeights(() => [x, y].map((v) => v.dataSync()[0]))).to.deep.equal([
        0, -1,
      ]);
      // x: two steps to −2, and half of the way from 0.
      step(optimizer, [x, y], [[1], null]);
      expect([x, y].map((v) => v.dataSync()[0])).to.deep.equal([-1, -1]);
      optimizer.dispose();
      tf.dispose([x, y]);
    });

    for (const [inside, wrap] of Object.entries<Wrap>({
      'the inner optimizer': (inner) => inner,
      'a LazyOptimizer': (inner, table) => new LazyOptimizer(inner, { embeddingLayers: [table] }),
      'a LazyOptimizer by gradients': (inner, table) =>
        new LazyOptimizer(inner, { embeddingLayers: [table], rows: 'gradient' }),
    })) {
      it(`starts ${inside} anew at each sync with the reset policy, clock included`, () => {
        for (const [name, make] of Object.entries(OPTIMIZERS)) {
          // From the sync on, a run with reset is a fresh optimizer started at the slow weights.
          const x = variable([1, -1], [2, 1]);
          const optimizer = new Lookahead(wrap(make(), x), { k: 3, momentum: 'reset' });
          trajectory(optimizer, x, [
            [1, 2],
            [3, -4],
            [0.5, 6],
          ]);
          const y = variable(Array.from(x.dataSync()), [2, 1]);
          const fresh = wrap(make(), y);
          const next = [
            [1, 0],
            [2, -3],
          ];
          expect(trajectory(optimizer, x, next), name).to.deep.equal(trajectory(fresh, y, next));
          tf.dispose([x, y]);
          fresh.dispose();
          optimizer.dispose();
        }
      });
    }

    it('puts the weights back at every sync with alpha = 0, also from infinity', () => {
      const optimizer = new Lookahead(tf.train.sgd(1), { k: 1, alpha: 0 });
      const x = variable([3]);
      step(optimizer, [x], [[Number.POSITIVE_INFINITY]]);
      expect(x.dataSync()[0]).to.equal(3);
      tf.dispose(x);
      optimizer.dispose();
    });

    it('refuses a step after it was disposed', () => {
      const optimizer = new Lookahead(tf.train.adam(1));
      const x = variable([3]);
      step(optimizer, [x], [[1]]);
      optimizer.dispose();
      expect(() => step(optimizer, [x], [[1]])).to.throw('This optimizer was disposed');
      tf.dispose(x);
    });

    it('leaks no tensor over 1,000 steps, inside a tidy and outside, and none when disposed', () => {
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const before = tf.memory().numTensors;
        const x = variable([1, 2]);
        const optimizer = new Lookahead(make(), { k: 5, momentum: 'pullback' });
        const down = () => optimizer.minimize(() => tf.sum(tf.square(x)) as tf.Scalar);
        for (let i = 0; i < 10; i++) {
          tf.tidy(() => void down());
        }
        const during = tf.memory().numTensors;
        for (let i = 0; i < 495; i++) {
          tf.tidy(() => void down());
          down();
        }
        expect(tf.memory().numTensors, name).to.equal(during);
        optimizer.dispose();
        optimizer.dispose();
        x.dispose();
        expect(tf.memory().numTensors, name).to.equal(before);
      }
    });

    it('costs one extra copy of the weights', () => {
      const x = variable(Array(1000).fill(1));
      const optimizer = new Lookahead(tf.train.sgd(0.1), { k: 5 });
      const before = tf.memory().numBytes;
      trajectory(optimizer, x, Array(7).fill(Array(1000).fill(1)));
      expect(tf.memory().numBytes - before).to.equal(4000);
      tf.dispose(x);
      optimizer.dispose();
    });
  });

  it('is told apart from other optimizers by instanceof', () => {
    const adam = tf.train.adam(1e-3);
    const optimizer = new Lookahead(adam);
    expect(optimizer instanceof Lookahead).to.equal(true);
    expect(optimizer instanceof tf.Optimizer).to.equal(true);
    expect(optimizer instanceof LazyOptimizer).to.equal(false);
    expect((adam as unknown) instanceof Lookahead).to.equal(false);
    expect(slotsOf(optimizer)).to.have.length(2);
    optimizer.dispose();
  });

  it('says what to do when a variable that it trains was disposed', () => {
    const x = variable([1]);
    const optimizer = new Lookahead(tf.train.sgd(1));
    step(optimizer, [x], [[1]]);
    const name = x.name;
    x.dispose();
    const y = variable([1]);
    expect(() => step(optimizer, [y], [[1]])).to.throw(
      `"${name}" that this optimizer trains was disposed`,
    );
    y.dispose();
  });

  it('trains a layer that a model has twice once a step, also when it was attached before', async () => {
    const shared = tfl.layers.dense({ units: 1, inputShape: [1], useBias: false });
    const nested = tfl.sequential({ layers: [shared] });
    const input = tfl.input({ shape: [1] });
    const output = tfl.layers.add().apply([shared.apply(input), nested.apply(input)] as never);
    const model = tfl.model({ inputs: input, outputs: output as tfl.SymbolicTensor });
    const optimizer = new Lookahead(tf.train.sgd(0.25), { k: 10 });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    optimizer.evaluateOnSlowWeights(model);
    shared.setWeights([tf.tensor2d([[0]])]);
    const [x, y] = [tf.tensor2d([[1]]), tf.tensor2d([[1]])];
    await model.trainOnBatch(x, y);
    // d/dw (2w − 1)² = 4(2w − 1) = −4 at w = 0: one step of 0.25 comes to 1.
    expect(shared.getWeights()[0].dataSync()[0]).to.equal(1);
    tf.dispose([x, y]);
    optimizer.dispose();
    model.dispose();
  });
});
