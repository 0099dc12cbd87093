import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import {
  WeightAveraging,
  type WeightAveragingOptions,
} from '../../src/optimizers/weight-averaging.js';
import { oracle } from '../oracles/load.js';
import { averageOf } from '../support/average-of.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';
import { RowSgd, sparseStep } from '../support/row-sgd.js';

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
});
