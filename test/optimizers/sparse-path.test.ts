import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  GradientClipping,
  type LazyMoments,
  LazyOptimizer,
  type LazyRows,
  Lookahead,
  WeightAveraging,
  WeightDecay,
} from '../../src/index.js';
import { startBackend } from '../../src/runtime/backend.js';
import { onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { step, variable } from '../support/optimizers.js';
import { skip } from '../support/skip.js';
import { tensorsMade } from '../support/tensor-spy.js';

/** What SEMANTICS of both ways promise each other at every read. */
const AGREEMENT = { rtol: 1e-4, atol: 1e-7 };

/** Every optimizer with a path of its own, with hyperparameters to draw. */
const momentum = fc.double({ min: 0.1, max: 0.99, noNaN: true });
const rate = fc.double({ min: 1e-4, max: 0.1, noNaN: true });
const epsilon = fc.constantFrom(1e-7, 1e-3);
const optimizer: fc.Arbitrary<() => tf.Optimizer> = fc.oneof(
  fc.tuple(rate).map(
    ([r]) =>
      () =>
        tf.train.sgd(r),
  ),
  fc.tuple(rate, momentum, fc.boolean()).map((a) => () => tf.train.momentum(...a)),
  fc.tuple(rate, momentum, momentum, epsilon).map((a) => () => tf.train.rmsprop(...a)),
  fc
    .tuple(rate, fc.double({ min: 0.01, max: 1, noNaN: true }))
    .map((a) => () => tf.train.adagrad(...a)),
  fc.tuple(rate, momentum, epsilon).map((a) => () => tf.train.adadelta(...a)),
  fc.tuple(rate, momentum, momentum, epsilon).map((a) => () => tf.train.adam(...a)),
  fc
    .tuple(rate, momentum, momentum, epsilon, fc.constantFrom(0, 0.01))
    .map((a) => () => tf.train.adamax(...a)),
);

/** One thing that happens to a table: a batch of tokens, a pause, a step without it, or a read. */
const event = (vocabulary: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(fc.nat(vocabulary - 1), { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constantFrom('no gradient' as const, 'read' as const) },
  );

/** A table whose loss is a weighted sum of the looked-up rows, the weights drawn from the step. */
class Subject {
  readonly table: tf.Variable;
  readonly other = variable([1, -1]);
  private steps = 0;

  constructor(
    vocabulary: number,
    readonly optimizer: LazyOptimizer | Lookahead,
    table: tf.Variable,
  ) {
    this.table = table;
    expect(table.shape[0]).to.equal(vocabulary);
  }

  train(ids: number[] | 'no gradient'): void {
    this.steps += 1;
    const weights = (n: number) =>
      tf.tensor2d(
        Array.from({ length: 2 * n }, (_, i) => Math.sin(1 + i + this.steps)),
        [n, 2],
      );
    this.optimizer.minimize(
      () => {
        const loss = tf.sum(tf.square(this.other));
        if (ids === 'no gradient') {
          return loss as tf.Scalar;
        }
        const rows = tf.gather(this.table, tf.tensor1d(ids, 'int32'));
        return tf.add(loss, tf.sum(tf.mul(rows, weights(ids.length)))) as tf.Scalar;
      },
      false,
      [this.table, this.other],
    );
  }

  read(): number[] {
    const slots = this.optimizer.slots().flatMap(({ variables }) => variables.map((v) => v.read()));
    const values = [this.table, this.other, ...slots].flatMap((t) => Array.from(t.dataSync()));
    tf.dispose(slots);
    return values;
  }

  dispose(): void {
    tf.dispose([this.table, this.other]);
    this.optimizer.dispose();
  }
}

function subject(
  vocabulary: number,
  make: () => tf.Optimizer,
  moments: LazyMoments,
  rows: LazyRows,
  lookahead: boolean,
): Subject {
  const table = variable(
    Array.from({ length: 2 * vocabulary }, (_, i) => Math.cos(i)),
    [vocabulary, 2],
  );
  const lazy = new LazyOptimizer(make(), { embeddingLayers: [table], moments, rows });
  return new Subject(vocabulary, lookahead ? new Lookahead(lazy, { k: 3 }) : lazy, table);
}

describe('the sparse path', () => {
  onEachBackend((backend) => {
    it('agrees with the restoring way for any optimizer, batches and hyperparameters', () => {
      fc.assert(
        fc.property(
          optimizer,
          fc.constantFrom<LazyMoments>('decay', 'freeze'),
          fc.boolean(),
          fc
            .integer({ min: 1, max: 7 })
            .chain((vocabulary) =>
              fc.tuple(fc.constant(vocabulary), fc.array(event(vocabulary), { maxLength: 25 })),
            ),
          (make, moments, lookahead, [vocabulary, events]) => {
            const before = tf.memory().numTensors;
            const ways = (['auto', 'gradient'] as const).map((rows) =>
              subject(vocabulary, make, moments, rows, lookahead),
            );
            for (const event of [...events, 'read' as const]) {
              if (event === 'read') {
                if (ways[0].optimizer.iterations > 0) {
                  expectClose(ways[0].read(), ways[1].read(), AGREEMENT);
                }
              } else {
                for (const way of ways) way.train(event);
              }
            }
            for (const way of ways) way.dispose();
            expect(tf.memory().numTensors).to.equal(before);
          },
        ),
        { numRuns: backend === 'cpu' ? 60 : 100 },
      );
    });

    it('agrees also about rows that were not sampled for more than 1,000 steps', () => {
      const decaying = [
        () => tf.train.adam(1e-2, 0.99, 0.9999),
        () => tf.train.momentum(1e-3, 0.999),
        () => tf.train.rmsprop(1e-3, 0.999, 0.99),
        () => tf.train.adadelta(0.1, 0.999),
        () => tf.train.adamax(1e-2, 0.99, 0.9995),
      ];
      // tfjs-node shares all of it but Adam's step, and takes four times as long for these sizes.
      for (const make of backend === 'cpu' ? decaying : [() => tf.train.adam(1e-2)]) {
        const ways = (['auto', 'gradient'] as const).map((rows) =>
          subject(3, make, 'decay', rows, false),
        );
        const compare = () => expectClose(ways[0].read(), ways[1].read(), AGREEMENT);
        for (const way of ways) {
          way.train([0, 1, 2]);
          for (let i = 0; i < 1100; i++) way.train(i % 400 === 0 ? 'no gradient' : [0]);
        }
        compare();
        for (const way of ways) way.train([1, 1]);
        compare();
        for (const way of ways) way.dispose();
      }
    });

    it('shrinks the moments of a row that is not sampled by the float32 nearest to β, a step', () => {
      // 1,000 steps by the doubles 0.999 and 0.9995 end 1.3e-5 below and 2.3e-5 above.
      const table = variable([0, 0], [2, 1]);
      const lazy = new LazyOptimizer(tf.train.adam(0.1, 0.999, 0.9995), {
        embeddingLayers: [table],
      });
      const moments = () =>
        lazy.slots().map(({ variables }) => tf.tidy(() => variables[0].read().dataSync()[1]));
      step(lazy, [table], [[1, 1]]);
      const first = moments();
      for (let i = 0; i < 1000; i++) step(lazy, [table], [[1, 0]]);
      const left = [0.999, 0.9995].map((beta) => Math.fround(beta) ** 1000);
      expectClose(
        moments(),
        first.map((moment, i) => moment * left[i]),
        { rtol: 2e-6, atol: 0 },
      );
      table.dispose();
      lazy.dispose();
    });

    it('gives a row that is sampled at every step the bits of the optimizer alone', () => {
      fc.assert(
        fc.property(
          optimizer,
          fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 8 }),
          (make, gradients) => {
            const [table, alone] = [variable([1, 2], [2, 1]), variable([1, 2], [2, 1])];
            const lazy = new LazyOptimizer(make(), { embeddingLayers: [table] });
            const inner = make();
            for (const gradient of gradients) {
              const g = [gradient || 1, 1];
              const ids = tf.tensor1d([1, 0], 'int32');
              const weights = tf.tensor2d([g[1], g[0]], [2, 1]);
              lazy.minimize(() => tf.sum(tf.mul(tf.gather(table, ids), weights)) as tf.Scalar);
              step(inner, [alone], [g]);
              tf.dispose([ids, weights]);
              if (backend === 'tensorflow' && inner.getClassName() === 'Adam') {
                // TensorFlow's fused op forms 1 − β in float32: up to 2e-5 of it, half in a root.
                expectClose(table.dataSync(), alone.dataSync(), { rtol: 1e-5, atol: 1e-7 });
              } else {
                expect(bits(table)).to.deep.equal(bits(alone));
              }
            }
            tf.dispose([table, alone]);
            lazy.dispose();
            inner.dispose();
          },
        ),
        { numRuns: 40 },
      );
    });

    it('reads change nothing: the bits are the same with and without them', async () => {
      const [read, unread] = [0, 1].map(() =>
        subject(4, () => tf.train.adam(0.01), 'decay', 'auto', true),
      );
      for (let i = 0; i < 30; i++) {
        for (const way of [read, unread]) way.train([i % 3]);
        read.read();
        await read.optimizer.getWeights();
      }
      expect(read.read()).to.deep.equal(unread.read());
      expect(bits(read.table)).to.deep.equal(bits(unread.table));
      read.dispose();
      unread.dispose();
    });

    it('goes on where it was after the table was given other weights', () => {
      const ways = (['auto', 'gradient'] as const).map((rows) =>
        subject(3, () => tf.train.adam(0.1), 'decay', rows, false),
      );
      for (const way of ways) {
        way.train([0, 1]);
        tf.tidy(() => way.table.assign(tf.ones([3, 2])));
        way.train([1, 2]);
      }
      expectClose(ways[0].read(), ways[1].read(), AGREEMENT);
      for (const way of ways) way.dispose();
    });

    it('goes by the rows that are not zero where the gradient is dense, with the same state', () => {
      const ways = (['auto', 'gradient'] as const).map((rows) =>
        subject(3, () => tf.train.adam(0.1), 'decay', rows, false),
      );
      for (const way of ways) {
        way.train([0, 1]);
        step(way.optimizer, [way.table, way.other], [[0, 0, 1, 2, 0, 0], null]);
        way.train([2, 1]);
      }
      expectClose(ways[0].read(), ways[1].read(), AGREEMENT);
      for (const way of ways) way.dispose();
    });
  });

  describe('at a vocabulary of 500,000', () => {
    const V = 500_000;
    const WIDTH = 2;

    before(async function () {
      const { name, reason } = await startBackend({ backend: 'auto' });
      if (name !== 'tensorflow') skip(this, reason);
    });

    const around: Record<string, (lazy: LazyOptimizer) => tf.Optimizer> = {
      'nothing else': (lazy) => lazy,
      Lookahead: (lazy) => new Lookahead(lazy, { k: 2 }),
      'WeightDecay and Lookahead': (lazy) =>
        new WeightDecay(new Lookahead(lazy, { k: 2 }), { decay: 0.01 }),
      WeightDecay: (lazy) => new WeightDecay(lazy, { decay: 0.01 }),
      'coupled WeightDecay': (lazy) => new WeightDecay(lazy, { decay: 0.01, decoupled: false }),
      GradientClipping: (lazy) => new GradientClipping(lazy, { globalNorm: 1 }),
      WeightAveraging: (lazy) => new WeightAveraging(lazy, { decay: 0.99 }),
      'all of them': (lazy) =>
        new WeightAveraging(
          new Lookahead(new GradientClipping(new WeightDecay(lazy, { decay: 0.01 }), { norm: 1 }), {
            k: 2,
          }),
          { decay: 0.99 },
        ),
    };

    for (const [name, wrap] of Object.entries(around)) {
      it(`minimize makes no tensor of a whole table or column, with ${name} around`, () => {
        const table = tf.tidy(() => tf.variable(tf.zeros([V, WIDTH])));
        const optimizer = wrap(new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [table] }));
        const ids = tf.tensor1d([3, V - 1, 3], 'int32');
        const train = () =>
          optimizer.minimize(() => tf.sum(tf.square(tf.gather(table, ids))) as tf.Scalar);
        train(); // makes the slots, and the copies of Lookahead and averaging
        train(); // takes the first copies over
        const { shapes } = tensorsMade(() => {
          for (let i = 0; i < 6; i++) train();
        });
        expect(Math.max(...shapes.map((shape) => tf.util.sizeFromShape(shape)))).to.be.below(100);
        tf.dispose([table, ids]);
        optimizer.dispose();
      });
    }

    it('the spy sees the dense gradient that any other optimizer makes', () => {
      const table = tf.tidy(() => tf.variable(tf.zeros([V, WIDTH])));
      const ids = tf.tensor1d([3], 'int32');
      const optimizer = tf.train.sgd(1);
      const { shapes } = tensorsMade(() =>
        optimizer.minimize(() => tf.sum(tf.gather(table, ids)) as tf.Scalar),
      );
      expect(shapes).to.deep.include([V, WIDTH]);
      tf.dispose([table, ids]);
      optimizer.dispose();
    });

    it('model.fit makes no tensor of a whole table, step after step', async () => {
      const layer = tfl.layers.embedding({ inputDim: V, outputDim: WIDTH, inputLength: 3 });
      const model = tfl.sequential({
        layers: [layer, tfl.layers.flatten(), tfl.layers.dense({ units: 1 })],
      });
      const lazy = new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [layer] });
      model.compile({ optimizer: new Lookahead(lazy, { k: 2 }), loss: 'meanSquaredError' });
      const x = tf.tensor2d([1, 2, V - 1, 4, 5, 6], [2, 3], 'int32');
      const y = tf.tensor2d([0, 1], [2, 1]);
      const train = (epochs: number) =>
        model.fit(x, y, { batchSize: 1, epochs, verbose: 0, shuffle: false });
      await train(1);
      const { shapes, result } = tensorsMade(() => train(3));
      await result;
      expect(shapes.length).to.be.above(100);
      expect(Math.max(...shapes.map((shape) => tf.util.sizeFromShape(shape)))).to.be.below(1000);
      tf.dispose([x, y]);
      model.dispose();
    });
  });
});
