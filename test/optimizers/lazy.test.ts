import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import fc from 'fast-check';
import { type LazyMoments, LazyOptimizer, Lookahead } from '../../src/index.js';
import { slotsOf } from '../../src/optimizers/slots.js';
import { onEachBackend } from '../support/backends.js';
import { lazy, tableOfTwo } from '../support/lazy-table.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';
import { warningsOf } from '../support/warnings.js';

/** Gradients 1, 0, 0, 0.5 for the first row. */
const GRADIENTS = [1, 0, 0, 0.5].map((g) => [g, 1]);

describe('LazyOptimizer', () => {
  onEachBackend(() => {
    // Adam, lr 0.1, β 0.9 / 0.999, ε outside the bias correction. After step 1: m = 0.1, v = 0.001,
    // so p = −0.1 · 1 / (1 + ε). Before step 4 m and v have shrunk by β² for decay, not for freeze.
    for (const { moments, epsilon, expected } of [
      {
        moments: 'dense',
        epsilon: 1e-2,
        expected: [-0.099009901, -0.165081105, -0.215994514, -0.278827333],
      },
      {
        moments: 'decay',
        epsilon: 1e-2,
        expected: [-0.099009901, -0.099009901, -0.099009901, -0.16184272],
      },
      {
        moments: 'freeze',
        epsilon: 1e-2,
        expected: [-0.099009901, -0.099009901, -0.099009901, -0.170528884],
      },
      { moments: 'dense', epsilon: 1e-7, expected: [-0.282758795] },
      { moments: 'decay', epsilon: 1e-7, expected: [-0.163957291] },
      { moments: 'freeze', epsilon: 1e-7, expected: [-0.172797883] },
    ] as const) {
      it(`moves a row as derived by hand: ${moments}, ε = ${epsilon}`, () => {
        const table = tableOfTwo();
        const adam = tf.train.adam(0.1, 0.9, 0.999, epsilon);
        const optimizer = moments === 'dense' ? adam : lazy(adam, table, moments);
        const row = trajectory(optimizer, table, GRADIENTS).map(([first]) => first);
        expectClose(row.slice(-expected.length), expected);
        table.dispose();
        optimizer.dispose();
      });
    }

    it('takes no more notice of setMomentum() than the step of tf.js does', () => {
      // Momentum 0.9, lr 1, g = 1: accumulations 1, 1.9, 2.71. With the 0.5 it would be 1, 1.5, 1.75.
      const momentum = tf.train.momentum(1, 0.9);
      momentum.setMomentum(0.5);
      const table = tableOfTwo();
      const optimizer = lazy(momentum, table);
      const values = trajectory(optimizer, table, Array(3).fill([1, 1]));
      expectClose(values.flat(), [-1, -1, -2.9, -2.9, -5.61, -5.61]);
      table.dispose();
      optimizer.dispose();
    });

    it('moves no table where the gradient of another is refused', () => {
      const tables = [tableOfTwo(), tableOfTwo()];
      for (const rows of ['auto', 'gradient'] as const) {
        const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: tables, rows });
        const gradients = [tf.ones([2, 1]), tf.ones([1, 1])];
        const named = tables.map(({ name }, i) => ({ name, tensor: gradients[i] }));
        expect(() => optimizer.applyGradients(named)).to.throw(
          `The gradient of "${tables[1].name}" has shape [1,1], the table [2,1]`,
        );
        expect(Array.from(tables[0].dataSync())).to.deep.equal([0, 0]);
        tf.dispose(gradients);
        optimizer.dispose();
      }
      tf.dispose(tables);
    });

    it('agrees with LazyAdam (freeze)', () => {
      // TensorFlow Addons' LazyAdam, lr 0.001: each sampled row moves by about lr, the other not.
      const table = variable([1, 1, 2], [3, 1]);
      const optimizer = lazy(tf.train.adam(1e-3), table, 'freeze');
      const values = trajectory(optimizer, table, Array(3).fill([0.1, 0, 0.1]));
      expectClose(values[0], [0.999000032, 1, 1.999000032]);
      expectClose(values[1], [0.998000054, 1, 1.998000054]);
      expectClose(values[2], [0.997000072, 1, 1.997000072]);
      table.dispose();
      optimizer.dispose();
    });

    it('sums the gradients of a token that occurs twice: [1, 1] with 0.1 each is [1] with 0.2', () => {
      const [a, b] = [variable([1, 2, 3], [3, 1]), variable([1, 2, 3], [3, 1])];
      const [first, second] = [lazy(tf.train.adam(0.1), a), lazy(tf.train.adam(0.1), b)];
      first.minimize(
        () => tf.mul(0.1, tf.sum(tf.gather(a, tf.tensor1d([1, 1], 'int32')))) as tf.Scalar,
        false,
        [a],
      );
      step(second, [b], [[0, 0.2, 0]]);
      expectClose(a.dataSync(), b.dataSync());
      expectClose(a.dataSync(), [1, 1.9, 3]);
      tf.dispose([a, b]);
      first.dispose();
      second.dispose();
    });

    it('leaves rows that are not sampled as they are, to the bit, for any optimizer', () => {
      const gradient = fc.array(
        fc.tuple(fc.boolean(), fc.double({ min: 0.1, max: 3, noNaN: true })),
        {
          minLength: 4,
          maxLength: 4,
        },
      );
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.keys(OPTIMIZERS)),
          fc.constantFrom<LazyMoments>('decay', 'freeze'),
          fc.array(gradient, { minLength: 1, maxLength: 8 }),
          (name, moments, steps) => {
            const table = variable([1, 2, 3, 4], [4, 1]);
            const optimizer = lazy(OPTIMIZERS[name](), table, moments);
            for (const rows of steps) {
              const before = bits(table);
              const slotsBefore = optimizer
                .slots()
                .map((slot) => slot.variables[0]?.read().dataSync());
              step(optimizer, [table], [rows.map(([sampled, g]) => (sampled ? g : 0))]);
              for (const [row, [sampled]] of rows.entries()) {
                expect(bits(table)[row] === before[row]).to.equal(!sampled);
                for (const [i, slot] of optimizer.slots().entries()) {
                  if (!sampled && moments === 'freeze') {
                    const old = slotsBefore[i]?.[row] ?? Math.fround(slot.initialValue);
                    expect(slot.variables[0].read().dataSync()[row]).to.equal(old);
                  }
                }
              }
            }
            table.dispose();
            optimizer.dispose();
          },
        ),
        { numRuns: 40 },
      );
    });

    it('lets the moments of other rows decay as the inner optimizer does', () => {
      // On rows β^∆ is multiplied by once, which may round otherwise than ∆ times β; and TensorFlow's
      // fused Adam forms 1 − β₂ in float32, 1.3e-5 of it for 0.999.
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const tables = [tableOfTwo(), tableOfTwo(), tableOfTwo()];
        const inner = make();
        const onRows = lazy(make(), tables[1]);
        const restoring = new LazyOptimizer(make(), {
          embeddingLayers: [tables[2]],
          rows: 'gradient',
        });
        for (const [i, optimizer] of [inner, onRows, restoring].entries()) {
          trajectory(optimizer, tables[i], GRADIENTS);
        }
        // Adadelta's and the others' moments depend on gradients alone, not on the weights.
        for (const [i, slot] of slotsOf(inner)!.entries()) {
          const moments = slot.variables[0].read();
          expect(bits(restoring.slots()[i].variables[0].read()), name).to.deep.equal(bits(moments));
          expectClose(onRows.slots()[i].variables[0].read().dataSync(), moments.dataSync(), {
            rtol: 2e-5,
          });
        }
        tf.dispose(tables);
        for (const optimizer of [inner, onRows, restoring]) optimizer.dispose();
      }
    });

    it('gives all other variables the inner optimizer’s step, to the bit', () => {
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const alone = variable([1, 2]);
        const [table, beside] = [tableOfTwo(), variable([1, 2])];
        const inner = make();
        const optimizer = lazy(make(), table);
        for (const g of [[1, 0], null, [0, -2], [3, 3]]) {
          step(inner, [alone], [g]);
          step(optimizer, [table, beside], [[1, 0], g]);
          expect(bits(beside), name).to.deep.equal(bits(alone));
        }
        tf.dispose([alone, table, beside]);
        inner.dispose();
        optimizer.dispose();
      }
    });

    it('leaves a table alone in a step in which it has no gradient', () => {
      const [table, other] = [tableOfTwo(), variable([0])];
      const optimizer = lazy(tf.train.adam(0.1), table);
      step(optimizer, [table, other], [[1, 1], [1]]);
      const [weights, moments] = [bits(table), bits(optimizer.slots()[0].variables[0].read())];
      step(optimizer, [table, other], [null, [1]]);
      expect(bits(table)).to.deep.equal(weights);
      expect(bits(optimizer.slots()[0].variables[0].read())).to.deep.equal(moments);
      tf.dispose([table, other]);
      optimizer.dispose();
    });

    it('is lazy inside Lookahead: a row untouched between two syncs keeps its bits', () => {
      const table = variable([0.1, 0.7], [2, 1]);
      const optimizer = new Lookahead(lazy(tf.train.adam(0.1), table), { k: 2 });
      trajectory(optimizer, table, [
        [1, 0],
        [1, 0],
      ]);
      expect(table.dataSync()[1]).to.equal(Math.fround(0.7));
      // Two Adam steps of 0.1 under a constant gradient, half of the way.
      expectClose([table.dataSync()[0]], [0], { atol: 1e-5 });
      table.dispose();
      optimizer.dispose();
    });

    it('leaks no tensor over 1,000 steps, and none when disposed', () => {
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const before = tf.memory().numTensors;
        const table = variable([1, 2, 3], [3, 1]);
        const optimizer = lazy(make(), table, 'freeze');
        const down = () =>
          optimizer.minimize(
            () => tf.sum(tf.square(tf.gather(table, tf.tensor1d([0, 2], 'int32')))) as tf.Scalar,
          );
        for (let i = 0; i < 10; i++) {
          tf.tidy(() => void down());
        }
        const during = tf.memory().numTensors;
        for (let i = 0; i < 990; i++) {
          tf.tidy(() => void down());
        }
        expect(tf.memory().numTensors, name).to.equal(during);
        optimizer.dispose();
        table.dispose();
        expect(tf.memory().numTensors, name).to.equal(before);
      }
    });

    it('finds the table of a layer, of a layer’s name, and of a variable', () => {
      const results = ['layer', 'name', 'variable'].map((how) => {
        const embedding = tfl.layers.embedding({
          inputDim: 5,
          outputDim: 2,
          inputLength: 2,
          embeddingsInitializer: 'ones',
          name: `words_${how}`,
        });
        const model = tfl.sequential({
          layers: [
            embedding,
            tfl.layers.flatten(),
            tfl.layers.dense({ units: 1, kernelInitializer: 'ones' }),
          ],
        });
        const table = embedding.getWeights()[0];
        const handed = {
          layer: embedding,
          name: embedding.name,
          variable: embedding.weights[0].read() as tf.Variable,
        }[how]!;
        const optimizer = new LazyOptimizer(tf.train.momentum(0.1, 0.9), {
          embeddingLayers: [handed],
        });
        const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
        for (const tokens of [
          [1, 1],
          [2, 3],
        ]) {
          tf.tidy(() => {
            const loss = () => tf.sum(model.apply(tf.tensor2d([tokens])) as tf.Tensor) as tf.Scalar;
            optimizer.minimize(loss, false, variables);
          });
        }
        const values = Array.from(table.dataSync());
        model.dispose();
        optimizer.dispose();
        return values;
      });
      // Step 1 moves row 1 by −0.1 · 2 (two tokens, kernel of ones); step 2 moves rows 2 and 3 by
      // −0.1 · 0.8 (the kernel went to 0.8 … ) and must not move row 1 again.
      expectClose(results[0].slice(2, 4), [0.8, 0.8]);
      expect(results[1]).to.deep.equal(results[0]);
      expect(results[2]).to.deep.equal(results[0]);
    });
  });

  it('takes no step on rows for a subclass, whose step may be another', () => {
    class Uphill extends tf.SGDOptimizer {
      override applyGradients(
        gradients: tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[],
      ) {
        const list = gradients as { name: string; tensor: tf.Tensor }[];
        super.applyGradients(
          list.map(({ name, tensor }) => ({ name, tensor: tensor && tf.neg(tensor) })),
        );
      }
    }
    const table = tableOfTwo();
    const optimizer = lazy(new Uphill(1), table);
    optimizer.minimize(
      () => tf.sum(tf.gather(table, tf.tensor1d([1], 'int32'))) as tf.Scalar,
      false,
      [table],
    );
    expectClose(table.dataSync(), [0, 1]);
    table.dispose();
    optimizer.dispose();
  });

  it('counts a table once that is named twice', () => {
    const table = tableOfTwo();
    const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table, table] });
    step(optimizer, [table], [[1, 0]]);
    expectClose(table.dataSync(), [-1, 0]);
    expect(optimizer.getConfig().embeddingLayers).to.have.length(1);
    table.dispose();
    optimizer.dispose();
  });

  it('trains a model with a frozen embedding, and once it is loaded again', () => {
    const frozen = tfl.layers.embedding({
      inputDim: 2,
      outputDim: 1,
      trainable: false,
      name: 'still',
    });
    const other = variable([1]);
    frozen.apply(tf.tensor2d([[0]]));
    for (const layer of [frozen, 'still']) {
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [layer] });
      step(optimizer, [other], [[1]]);
      optimizer.dispose();
    }
    expectClose(other.dataSync(), [-1]);
    tf.dispose(other);
    frozen.dispose();
  });

  it('warns once, by name, of a regularizer that makes every row count as sampled', async () => {
    const warnings = await warningsOf(() => {
      const embedding = tfl.layers.embedding({
        inputDim: 3,
        outputDim: 1,
        name: 'decayed',
        embeddingsRegularizer: 'l1l2',
      });
      embedding.apply(tf.tensor2d([[0]]));
      const table = embedding.weights[0].read() as tf.Variable;
      const optimizer = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [embedding] });
      trajectory(optimizer, table, [
        [1, 0, 0],
        [1, 0, 0],
      ]);
    });
    expect(warnings.filter((text) => text.includes('"decayed"'))).to.have.length(1);
  });
});
