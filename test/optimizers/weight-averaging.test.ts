import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
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
import { oracle } from '../oracles/load.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';
import { largestTensor, type RowGradients, RowSgd, sparseStep } from '../support/row-sgd.js';

const averageOf = (optimizer: WeightAveraging, x: tf.Variable) =>
  optimizer.withAveragedWeights(() => Array.from(x.dataSync()));

/** The averages after each step when the weights take given values, from the first of them on. */
function averages(options: WeightAveragingOptions, weights: number[][][], shapes: number[][]) {
  const optimizer = new WeightAveraging(tf.train.sgd(1), options);
  const variables = shapes.map((shape, i) => variable(weights[0][i], shape));
  const result = weights.slice(1).map((next, t) => {
    // The values have few digits, so that a step of θ − θ' ends at θ' exactly.
    const gradients = next.map((values, i) => values.map((v, j) => weights[t][i][j] - v));
    step(optimizer, variables, gradients);
    return variables.map((v) => averageOf(optimizer, v));
  });
  tf.dispose(variables);
  optimizer.dispose();
  return result;
}

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

describe('WeightAveraging', () => {
  onEachBackend(() => {
    it('moves the average towards the weights after every step, from the first weights on', () => {
      // 8 → 4 → 0 with decay 0.5: 8 + 0.5 · (4 − 8) = 6, 6 + 0.5 · (0 − 6) = 3.
      const result = averages({ decay: 0.5 }, [[[8]], [[4]], [[0]]], [[1]]);
      expectClose(result.flat(2), [6, 3]);
    });

    it('takes the plain mean of the weights after each step', () => {
      // Of 4, 0, 2: 4, 2, 2; the weights before the first step do not count.
      const result = averages({ mode: 'mean' }, [[[8]], [[4]], [[0]], [[2]]], [[1]]);
      expectClose(result.flat(2), [4, 2, 2]);
    });

    it('takes the mean from a given step on, and is the weights themselves before', () => {
      // From step 3 on: 4, 0, then 2, (2 + 5) / 2, (2 + 5 + 8) / 3.
      const weights = [8, 4, 0, 2, 5, 8].map((w) => [[w]]);
      expectClose(averages({ mode: 'mean', from: 3 }, weights, [[1]]).flat(2), [4, 0, 2, 3.5, 5]);
    });

    it('is the weights themselves bit for bit before the mean begins', () => {
      // Where a + (b − a) is not b: 10⁸ + (0.1 − 10⁸) is 0 in float32.
      const x = variable([0]);
      const inner = new RowSgd(1);
      const optimizer = new WeightAveraging(inner, { mode: 'mean', from: 30 });
      for (const value of [1e8, 0.1, -3e7, 0.7]) {
        inner.applyGradients = () => tf.tidy(() => void x.assign(tf.tensor1d([value])));
        step(optimizer, [x], [[0]]);
        expect(averageOf(optimizer, x)).to.deep.equal([Math.fround(value)]);
      }
      x.dispose();
      optimizer.dispose();
    });

    it('agrees with torch: mean of weights', () => {
      const { initial, gradients: weights, shapes, values } = oracle('torch', 'mean of weights');
      const result = averages({ mode: 'mean' }, [initial, ...weights], shapes);
      expectClose(result.flat(2), values.flat(2), { atol: 1e-6 });
    });

    it('agrees with torch: ema of weights', () => {
      // PyTorch starts from the first weights it is shown. So do we, with those as initial weights.
      const { gradients: weights, shapes, values } = oracle('torch', 'ema of weights');
      const result = averages({ decay: 0.75 }, [weights[0], ...weights], shapes);
      expectClose(result.flat(2), values.flat(2), { atol: 1e-6 });
    });

    it('agrees with optax: ema', () => {
      // optax starts from zero. The average is linear in where it starts from, which t steps leave
      // decayᵗ of: ours from θ₀ is optax's + decayᵗ · θ₀.
      const { initial, gradients: weights, shapes, values } = oracle('optax', 'ema');
      const result = averages({ decay: 0.75 }, [initial, ...weights], shapes);
      const expected = values.map((value, t) =>
        value.map((v, i) => v.map((x, j) => x + 0.75 ** (t + 1) * initial[i][j])),
      );
      expectClose(result.flat(2), expected.flat(2), { atol: 1e-6 });
    });

    it('does not change training', () => {
      const gradients = [
        [1, -2],
        [0.3, 4],
        [0, -1],
      ];
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const inner = make();
        const optimizer = new WeightAveraging(make());
        const [x, y] = [variable([1, 2]), variable([1, 2])];
        trajectory(inner, x, gradients);
        for (const gradient of gradients) {
          step(optimizer, [y], [gradient]);
          averageOf(optimizer, y);
        }
        expect(bits(y), name).to.deep.equal(bits(x));
        tf.dispose([x, y]);
        inner.dispose();
        optimizer.dispose();
      }
    });

    it('averages a variable that has no gradient too, and one that comes later', () => {
      // decay 0.5. x: 8 → 4 (average 6) → no gradient, 4 (5). y is first seen in the second step: 8 → 0.
      const optimizer = new WeightAveraging(tf.train.sgd(1), { decay: 0.5 });
      const [x, y] = [variable([8]), variable([8])];
      step(optimizer, [x], [[4]]);
      step(optimizer, [x, y], [null, [8]]);
      expectClose([...averageOf(optimizer, x), ...averageOf(optimizer, y)], [5, 4]);
      tf.dispose([x, y]);
      optimizer.dispose();
    });

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

    it('resumes bit for bit amid a period, however often its state is read in between', async () => {
      const start = [1, 2, 3, 4, 5, 6, 7, 8];
      // Row 3 is sampled in the first period only, the others in each.
      const sampled = (t: number) => ({
        ids: t % 3 === 0 ? [0, t < 3 ? 3 : 2] : [t % 2],
        rows: [
          [Math.sin(t), 1],
          [0.1, -0.3],
        ].slice(0, t % 3 === 0 ? 2 : 1),
      });
      for (const options of [{ decay: 0.9 }, { mode: 'mean', from: 2 }] as const) {
        const make = () => new WeightAveraging(new Lookahead(new RowSgd(0.1), { k: 5 }), options);
        const [through, stopped, resumed] = [make(), make(), make()];
        const [x, y] = [variable(start, [4, 2]), variable(start, [4, 2])];
        const once = (optimizer: tf.Optimizer, v: tf.Variable, t: number) =>
          sparseStep(optimizer, [v], [t === 9 ? null : sampled(t)]);
        for (let t = 0; t < 8; t++) {
          once(through, x, t);
          once(stopped, y, t);
          averageOf(stopped, y);
          await stopped.getWeights();
        }
        await resumed.setWeights(await stopped.getWeights());
        for (let t = 8; t < 14; t++) {
          once(through, x, t);
          once(resumed, y, t);
        }
        expect(bits(y)).to.deep.equal(bits(x));
        const state = async (optimizer: WeightAveraging) =>
          (await optimizer.getWeights()).map(({ name, tensor }) => [name, bits(tensor)]);
        expect(await state(resumed)).to.deep.equal(await state(through));
        expect(averageOf(resumed, y)).to.deep.equal(averageOf(through, x));
        tf.dispose([x, y]);
        for (const optimizer of [through, stopped, resumed]) {
          optimizer.dispose();
        }
      }
    });

    it('starts from the weights as they are after its state was reset', () => {
      const optimizer = new WeightAveraging(new RowSgd(1), { decay: 0.5 });
      const table = variable([8, 8], [2, 1]);
      sparseStep(optimizer, [table], [{ ids: [0], rows: [[8]] }]);
      optimizer.resetState();
      sparseStep(optimizer, [table], [{ ids: [1], rows: [[8]] }]);
      expectClose(averageOf(optimizer, table), [0, 4]);
      table.dispose();
      optimizer.dispose();
    });

    it('gives the weights back, also when the callback fails, and after the last of several', async () => {
      const optimizer = new WeightAveraging(new RowSgd(1), { decay: 0.5 });
      const [x, table] = [variable([8]), variable([8, 8], [2, 1])];
      sparseStep(optimizer, [x, table], [[8], { ids: [1], rows: [[8]] }]);
      const read = () => [...x.dataSync(), ...table.dataSync()];
      const fail = () => {
        throw new Error('failed');
      };
      expect(() => optimizer.withAveragedWeights(fail)).to.throw('failed');
      expect(read()).to.deep.equal([0, 8, 0]);
      const late = optimizer.withAveragedWeights(async () => {
        await Promise.resolve();
        await Promise.resolve();
        return read();
      });
      expect(await optimizer.withAveragedWeights(async () => read())).to.deep.equal([4, 8, 4]);
      expect(await late).to.deep.equal([4, 8, 4]);
      expect(read()).to.deep.equal([0, 8, 0]);
      // The table's rows still work as before.
      sparseStep(optimizer, [x, table], [[0], { ids: [0], rows: [[8]] }]);
      expect(read()).to.deep.equal([0, 0, 0]);
      expectClose(averageOf(optimizer, table), [4, 2]);
      tf.dispose([x, table]);
      optimizer.dispose();
    });

    it('refuses to step, load or reset while the model holds the averaged weights', async () => {
      const optimizer = new WeightAveraging(tf.train.sgd(1));
      const x = variable([8]);
      step(optimizer, [x], [[1]]);
      for (const [what, run] of [
        ['a training step', () => step(optimizer, [x], [[1]])],
        ['resetState()', () => optimizer.resetState()],
      ] as const) {
        expect(() => optimizer.withAveragedWeights(run)).to.throw(`${what} would be undone`);
      }
      const saved = await optimizer.getWeights();
      const loading = optimizer.withAveragedWeights(() => optimizer.setWeights(saved));
      expect(await loading.catch(({ message }) => message)).to.contain(
        'setWeights() would be undone',
      );
      expectClose(x.dataSync(), [7]);
      x.dispose();
      optimizer.dispose();
    });

    it('leaks no tensor over steps, reads and saves, and none when disposed', async () => {
      const before = tf.memory().numTensors;
      for (const options of [{}, { mode: 'mean', from: 30 }] as const) {
        const optimizer = new WeightAveraging(new Lookahead(new RowSgd(0.1), { k: 3 }), options);
        const [x, table] = [variable([8]), variable([8, 8], [2, 1])];
        const use = async (t: number) => {
          const gradient = t % 20 < 17 ? { ids: [t % 2], rows: [[1]] } : t % 2 ? null : [1, 1];
          sparseStep(optimizer, [x, table], [[1], gradient]);
          averageOf(optimizer, table);
          await optimizer.getWeights();
        };
        await use(0);
        const during = tf.memory().numTensors;
        for (let t = 1; t <= 60; t++) {
          await use(t);
        }
        expect(tf.memory().numTensors).to.equal(during);
        await optimizer.setWeights(await optimizer.getWeights());
        await use(0);
        expect(tf.memory().numTensors).to.equal(during);
        optimizer.dispose();
        optimizer.dispose();
        tf.dispose([x, table]);
      }
      expect(tf.memory().numTensors).to.equal(before);
    });

    it('evaluates a model on the averaged weights, in fit and after it was loaded too', async () => {
      // One weight, from 0 to the target 1 in the first step, then it stays: with decay 0.5 the
      // average is 0.5, 0.75; losses (1 − 0.5)² and (1 − 0.75)².
      const layer = { units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' };
      const model = tfl.sequential({ layers: [tfl.layers.dense(layer as never)] });
      const optimizer = new WeightAveraging(tf.train.sgd(0.5), { decay: 0.5 });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const [x, y] = [tf.tensor2d([[1]]), tf.tensor2d([[1]])];
      const undo = optimizer.evaluateOnAveragedWeights(model);
      const fit = { epochs: 2, verbose: 0, validationData: [x, y] } as tfl.ModelFitArgs;
      const { history } = await model.fit(x, y, fit);
      expectClose(history.val_loss as number[], [0.25, 0.0625]);
      undo();
      const loss = (m: tfl.LayersModel) =>
        tf.tidy(() => (m.evaluate(x, y) as tf.Tensor).dataSync()[0]);
      expect(loss(model)).to.equal(0);

      let artifacts: tf.io.ModelArtifacts;
      await model.save(
        tf.io.withSaveHandler(async (given) => {
          artifacts = { ...JSON.parse(JSON.stringify(given)), weightData: given.weightData };
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        }),
        { includeOptimizer: true },
      );
      const loaded = await tfl.loadLayersModel(tf.io.fromMemory(artifacts!));
      const resumed = loaded.optimizer as unknown as WeightAveraging;
      expect(() => resumed.withAveragedWeights(() => 0)).to.throw('does not know its model yet');
      resumed.evaluateOnAveragedWeights(loaded);
      expect(loss(loaded)).to.equal(0.0625);
      expect(resumed.getConfig()).to.deep.equal(optimizer.getConfig());
      for (const m of [model, loaded]) {
        m.optimizer.dispose();
        m.dispose();
      }
      tf.dispose([x, y]);
    });
  });

  describe('its configuration', () => {
    onBestBackend();
    for (const options of [
      { mode: 'ema', decay: 0.25 },
      { mode: 'mean', from: 7 },
    ] as const) {
      it(`makes it again: ${options.mode}`, () => {
        const optimizer = new WeightAveraging(new Lookahead(tf.train.sgd(1), { k: 3 }), options);
        const config = JSON.parse(JSON.stringify(optimizer.getConfig()));
        const again = WeightAveraging.fromConfig(
          WeightAveraging as never,
          config,
        ) as WeightAveraging;
        expect(again.getConfig()).to.deep.equal(optimizer.getConfig());
        expect(again).to.deep.include(options);
        optimizer.dispose();
        again.dispose();
      });
    }
  });

  describe('refuses, naming the value,', () => {
    onBestBackend();
    let inner: tf.Optimizer;
    before(() => {
      inner = tf.train.sgd(1);
    });
    for (const decay of [-0.1, 1, 1.5, Number.NaN, null, '0.5']) {
      it(`decay = ${JSON.stringify(decay)} (${decay})`, () => {
        expect(() => new WeightAveraging(inner, { decay: decay as number })).to.throw(
          RangeError,
          `from 0 to less than 1, not ${decay}.`,
        );
      });
    }
    for (const from of [0, 1.5, Number.NaN, null, '3']) {
      it(`from = ${JSON.stringify(from)} (${from})`, () => {
        const options = { mode: 'mean', from: from as number } as const;
        expect(() => new WeightAveraging(inner, options)).to.throw(
          RangeError,
          `an integer of at least 1, not ${from}.`,
        );
      });
    }
    it('an unknown mode', () => {
      expect(() => new WeightAveraging(inner, { mode: 'swa' as 'mean' })).to.throw(
        RangeError,
        'mode is one of ema, mean, not "swa".',
      );
    });
    it('an option of the other mode', () => {
      expect(() => new WeightAveraging(inner, { from: 3 })).to.throw(
        TypeError,
        "from is no option of mode: 'ema'",
      );
      expect(() => new WeightAveraging(inner, { mode: 'mean', decay: 0.9 })).to.throw(
        TypeError,
        "decay is no option of mode: 'mean'",
      );
    });
    it('another WeightAveraging, however deep', () => {
      const deep = new GradientClipping(new WeightAveraging(inner), { norm: 1 });
      expect(() => new WeightAveraging(deep)).to.throw(TypeError, 'another WeightAveraging');
    });
    it('a model that is not compiled', () => {
      const layer = tfl.layers.dense({ units: 1, inputShape: [1] });
      const model = tfl.sequential({ layers: [layer], name: 'raw' });
      expect(() => new WeightAveraging(inner).evaluateOnAveragedWeights(model)).to.throw(
        'Model "raw" is not compiled',
      );
    });
    it('the state of variables of other shapes', async () => {
      const [x, y] = [variable([1]), variable([1, 2])];
      const [source, target] = [new WeightAveraging(inner), new WeightAveraging(inner)];
      step(source, [x], [[1]]);
      await target.setWeights(await source.getWeights());
      expect(() => step(target, [y], [[1, 1]])).to.throw(
        `has shape [1] where this model has "${y.name}" of shape [2]`,
      );
      tf.dispose([x, y]);
    });
  });
});
