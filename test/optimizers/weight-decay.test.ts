import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import fc from 'fast-check';
import { LazyOptimizer, type LazyOptions } from '../../src/optimizers/lazy.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { WeightAveraging } from '../../src/optimizers/weight-averaging.js';
import { type DecayFilter, WeightDecay } from '../../src/optimizers/weight-decay.js';
import { oracle, type Peer } from '../oracles/load.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, trajectory, variable } from '../support/optimizers.js';
import { largestTensor, RowSgd, sparseStep } from '../support/row-sgd.js';

/** tf.js's optimizer with a peer's hyperparameters. */
type Make = (hyperparameters: Record<string, unknown>) => tf.Optimizer;

const adam: Make = ({ lr, betas, eps }) =>
  tf.train.adam(lr as number, ...(betas as [number, number]), eps as number);
const sgd: Make = ({ lr }) => tf.train.sgd(lr as number);
const momentum: Make = ({ lr, momentum, nesterov }) =>
  tf.train.momentum(lr as number, momentum as number, nesterov as boolean | undefined);

describe('WeightDecay', () => {
  onEachBackend(() => {
    it('shrinks the weights by lr · decay of themselves before the step', () => {
      // lr 0.5, decay 0.2: 10 − 0.5 · 0.2 · 10 = 9, then − 0.5 · 2 = 8; 8 − 0.8 = 7.2, then 6.2.
      const optimizer = new WeightDecay(tf.train.sgd(0.5), { decay: 0.2 });
      const x = variable([10]);
      expectClose(trajectory(optimizer, x, [[2], [2]]).flat(), [8, 6.2]);
      x.dispose();
      optimizer.dispose();
    });

    it('adds decay · weights to the gradient when it is coupled', () => {
      // Momentum 0.5, lr 0.5, decay 0.2, g = 2: the accumulation is 2 + 2 = 4, x = 10 − 2 = 8;
      // then 2 + 2 + 1.6 = 5.6, x = 8 − 2.8. Decoupled, the decay would not enter the momentum.
      const inner = tf.train.momentum(0.5, 0.5);
      const optimizer = new WeightDecay(inner, { decay: 0.2, decoupled: false });
      const x = variable([10]);
      expectClose(trajectory(optimizer, x, [[2], [2]]).flat(), [8, 5.2]);
      x.dispose();
      optimizer.dispose();
    });

    for (const { peer, name, make, decoupled } of [
      { peer: 'torch', name: 'adamw', make: adam, decoupled: true },
      { peer: 'torch', name: 'adam, coupled decay', make: adam, decoupled: false },
      { peer: 'torch', name: 'sgd, coupled decay', make: sgd, decoupled: false },
      { peer: 'torch', name: 'momentum, coupled decay', make: momentum, decoupled: false },
      { peer: 'torch', name: 'nesterov, coupled decay', make: momentum, decoupled: false },
      { peer: 'pytorch-optimizer', name: 'sgdw', make: sgd, decoupled: true },
      { peer: 'pytorch-optimizer', name: 'sgdw with momentum', make: momentum, decoupled: true },
      { peer: 'pytorch-optimizer', name: 'sgdw with nesterov', make: momentum, decoupled: true },
    ] as { peer: Peer; name: string; make: Make; decoupled: boolean }[]) {
      it(`agrees with ${peer}: ${name}`, () => {
        const { hyperparameters, initial, shapes, gradients, values } = oracle(peer, name);
        const decay = hyperparameters.weight_decay as number;
        const optimizer = new WeightDecay(make(hyperparameters), { decay, decoupled });
        const variables = initial.map((v, i) => variable(v, shapes[i]));
        for (const [t, gradient] of gradients.entries()) {
          step(optimizer, variables, gradient);
          for (const [i, v] of variables.entries()) {
            expectClose(v.dataSync(), values[t][i], { atol: 1e-6 });
          }
        }
        tf.dispose(variables);
        optimizer.dispose();
      });
    }

    it('is the inner optimizer bit for bit without decay', () => {
      const gradients = [
        [1, -2],
        [0.3, 4],
      ];
      for (const decoupled of [true, false]) {
        for (const [name, make] of Object.entries(OPTIMIZERS)) {
          const inner = make();
          const optimizer = new WeightDecay(make(), { decay: 0, decoupled });
          const [x, y] = [variable([1, 2]), variable([1, 2])];
          trajectory(inner, x, gradients);
          trajectory(optimizer, y, gradients);
          expect(bits(y), name).to.deep.equal(bits(x));
          tf.dispose([x, y]);
          inner.dispose();
          optimizer.dispose();
        }
      }
    });

    it('follows the learning rate as it is in each step', () => {
      // decay 1, g = 0: 8 · (1 − 0.5) = 4, then at a rate of 0.25 4 · (1 − 0.25) = 3.
      const inner = new RowSgd(0.5);
      const optimizer = new WeightDecay(new Lookahead(inner, { k: 10 }), { decay: 1 });
      const x = variable([8]);
      step(optimizer, [x], [[0]]);
      inner.learningRate = 0.25;
      step(optimizer, [x], [[0]]);
      expectClose(x.dataSync(), [3]);
      x.dispose();
      optimizer.dispose();
    });

    it('leaves a variable without gradient alone', () => {
      for (const decoupled of [true, false]) {
        const optimizer = new WeightDecay(tf.train.sgd(0.5), { decay: 1, decoupled });
        const [x, y] = [variable([8]), variable([8])];
        step(optimizer, [x, y], [[0], null]);
        expectClose([...x.dataSync(), ...y.dataSync()], [4, 8]);
        tf.dispose([x, y]);
        optimizer.dispose();
      }
    });

    for (const { filter, decayed } of [
      { filter: 'all', decayed: [true, true] },
      { filter: 'matrices', decayed: [true, false] },
      { filter: ({ shape }) => shape[0] === 3, decayed: [false, true] },
    ] as { filter: DecayFilter; decayed: boolean[] }[]) {
      it(`decays ${decayed.map((d) => (d ? 'yes' : 'no'))} for a kernel and a bias, filter ${filter}`, () => {
        for (const decoupled of [true, false]) {
          const optimizer = new WeightDecay(tf.train.sgd(0.5), { decay: 1, decoupled, filter });
          const [kernel, bias] = [variable([8, 8], [1, 2]), variable([8, 8, 8])];
          step(
            optimizer,
            [kernel, bias],
            [
              [0, 0],
              [0, 0, 0],
            ],
          );
          const after = [kernel, bias].map((v) => v.dataSync()[0]);
          expect(after).to.deep.equal(decayed.map((decays) => (decays ? 4 : 8)));
          tf.dispose([kernel, bias]);
          optimizer.dispose();
        }
      });
    }

    it('decays the sampled rows of a table, and only them', () => {
      // lr 0.5, decay 1, gradient 2 of row 1: decoupled 8 · 0.5 − 1 = 3, coupled 8 − 0.5 · (2 + 8) = 3.
      for (const decoupled of [true, false]) {
        const optimizer = new WeightDecay(new RowSgd(0.5), { decay: 1, decoupled });
        const table = variable([8, 8, 8, 8, 8, 8], [3, 2]);
        sparseStep(optimizer, [table], [{ ids: [1], rows: [[2, 2]] }]);
        expectClose(table.dataSync(), [8, 8, 3, 3, 8, 8]);
        sparseStep(optimizer, [table], [{ ids: [], rows: [] }]);
        expectClose(table.dataSync(), [8, 8, 3, 3, 8, 8]);
        table.dispose();
        optimizer.dispose();
      }
    });

    it('decays the sampled rows of a lazy table also where its gradient is dense', () => {
      // lr 0.5, decay 1, gradient 2 of row 1, as above; the bias-like y is no table: 8 · 0.5 = 4.
      for (const decoupled of [true, false]) {
        const [table, y] = [variable([8, 8, 8, 8, 8, 8], [3, 2]), variable([8])];
        const options: LazyOptions = { embeddingLayers: [table], rows: 'gradient' };
        const lazy = new LazyOptimizer(tf.train.sgd(0.5), options);
        const optimizer = new WeightDecay(lazy, { decay: 1, decoupled });
        step(optimizer, [table, y], [[0, 0, 2, 2, 0, 0], [0]]);
        expectClose([...table.dataSync(), ...y.dataSync()], [8, 8, 3, 3, 8, 8, 4]);
        tf.dispose([table, y]);
        optimizer.dispose();
      }
    });

    it('makes nothing as large as the table when rows are sampled', async () => {
      for (const decoupled of [true, false]) {
        const optimizer = new WeightDecay(new RowSgd(0.5), { decay: 1, decoupled });
        const table = variable(Array(1000).fill(1), [500, 2]);
        const sampled = () => sparseStep(optimizer, [table], [{ ids: [7], rows: [[1, 2]] }]);
        sampled(); // the table's rows are set up in the first step
        expect(await largestTensor(sampled)).to.be.at.most(2);
        table.dispose();
        optimizer.dispose();
      }
    });

    it('takes the same steps on rows as on a dense gradient of the same table, whatever they are', () => {
      // A dense table of only the sampled rows stands beside the sparse one.
      const float = fc.float({ noNaN: true, min: -10, max: 10 });
      fc.assert(
        fc.property(
          fc.boolean(),
          fc.float({ noNaN: true, min: 0, max: 1 }),
          fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
          fc.array(fc.array(float, { minLength: 12, maxLength: 12 }), { maxLength: 4 }),
          (decoupled, decay, ids, gradients) => {
            const make = () => new WeightDecay(new RowSgd(0.5), { decay, decoupled });
            const optimizers = [make(), make()];
            const values = (id: number) => [id + 1, -id];
            const table = variable([0, 1, 2, 3, 4, 5].flatMap(values), [6, 2]);
            const small = variable(ids.flatMap(values), [ids.length, 2]);
            for (const flat of gradients) {
              const rows = ids.map((id) => [flat[2 * id], flat[2 * id + 1]]);
              sparseStep(optimizers[0], [table], [{ ids, rows }]);
              sparseStep(optimizers[1], [small], [rows.flat()]);
            }
            const after = table.arraySync() as number[][];
            expect(ids.map((id) => after[id])).to.deep.equal(small.arraySync());
            tf.dispose([table, small]);
            for (const optimizer of optimizers) {
              optimizer.dispose();
            }
          },
        ),
        { numRuns: 40 },
      );
    });

    it('works inside of Lookahead and around it', () => {
      // decay 1, lr 0.5, g = 0 halves x before each step; k = 2, alpha = 0.5.
      // Inside: φ = 8; 8 → 4 → 2, sync 8 + 0.5 · (2 − 8) = 5.
      // Around: the first decay comes before Lookahead's first step, φ = 4; 4 → 2, sync 3.
      const options = { k: 2, alpha: 0.5 };
      const inside = new Lookahead(new WeightDecay(tf.train.sgd(0.5), { decay: 1 }), options);
      const around = new WeightDecay(new Lookahead(tf.train.sgd(0.5), options), { decay: 1 });
      for (const { optimizer, expected } of [
        { optimizer: inside, expected: [4, 5] },
        { optimizer: around, expected: [4, 3] },
      ]) {
        const x = variable([8]);
        expectClose(trajectory(optimizer, x, [[0], [0]]).flat(), expected);
        x.dispose();
        optimizer.dispose();
      }
    });

    it('leaks no tensor', () => {
      const before = tf.memory().numTensors;
      for (const decoupled of [true, false]) {
        const optimizer = new WeightDecay(tf.train.adam(0.1), { decoupled });
        const x = variable([1, 2]);
        const down = () => void optimizer.minimize(() => tf.sum(tf.square(x)) as tf.Scalar);
        down();
        const during = tf.memory().numTensors;
        for (let i = 0; i < 50; i++) {
          down();
          tf.tidy(down);
        }
        expect(tf.memory().numTensors).to.equal(during);
        optimizer.dispose();
        x.dispose();
      }
      expect(tf.memory().numTensors).to.equal(before);
    });
  });

  describe('in a saved model', () => {
    onBestBackend();

    async function saved(optimizer: tf.Optimizer): Promise<tfl.LayersModel> {
      const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      let artifacts: tf.io.ModelArtifacts;
      await model.save(
        tf.io.withSaveHandler(async (given) => {
          artifacts = { ...JSON.parse(JSON.stringify(given)), weightData: given.weightData };
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        }),
        { includeOptimizer: true },
      );
      return tfl.loadLayersModel(tf.io.fromMemory(artifacts!));
    }

    it('keeps its options', async () => {
      const options = { decay: 0.25, decoupled: false, filter: 'matrices' } as const;
      const model = await saved(new WeightDecay(tf.train.sgd(0.5), options));
      const optimizer = model.optimizer as unknown as WeightDecay;
      expect(optimizer.getClassName()).to.equal('WeightDecay');
      const { decay, decoupled, filter } = optimizer;
      expect({ decay, decoupled, filter }).to.deep.equal(options);
    });

    it('does not train on without its filter when that is a function', async () => {
      const filter = (v: tf.Variable) => v.name === 'x';
      const model = await saved(new WeightDecay(tf.train.sgd(0.5), { decay: 1, filter }));
      const optimizer = model.optimizer as unknown as WeightDecay;
      const x = variable([8]);
      expect(() => step(optimizer, [x], [[0]])).to.throw(
        'its filter is a function, which cannot be saved: set optimizer.filter before training on.',
      );
      expect(optimizer.getConfig().filter).to.equal('function');
      optimizer.filter = 'all';
      step(optimizer, [x], [[0]]);
      expectClose(x.dataSync(), [4]);
      x.dispose();
    });
  });

  describe('refuses, naming the value,', () => {
    onBestBackend();
    let inner: tf.Optimizer;
    before(() => {
      inner = tf.train.sgd(1);
    });
    for (const decay of [-0.1, Number.NaN, Number.POSITIVE_INFINITY, '0.1', null]) {
      it(`decay = ${JSON.stringify(decay)} (${decay})`, () => {
        expect(() => new WeightDecay(inner, { decay: decay as number })).to.throw(
          RangeError,
          `decay is a finite number of at least 0, not ${decay}.`,
        );
      });
    }
    it('a filter that is none', () => {
      expect(() => new WeightDecay(inner, { filter: 'kernels' as 'all' })).to.throw(
        RangeError,
        'filter is all, matrices or a function of a variable, not "kernels".',
      );
    });
    it('decoupled that is neither true nor false', () => {
      expect(() => new WeightDecay(inner, { decoupled: 'no' as unknown as boolean })).to.throw(
        TypeError,
        'decoupled is true or false, not no.',
      );
    });
    it('to move weights behind the back of an average, which coupled decay does not', () => {
      const averaging = new WeightAveraging(inner);
      expect(() => new WeightDecay(averaging)).to.throw(
        TypeError,
        'write new WeightAveraging(new WeightDecay(optimizer, …)).',
      );
      expect(() => new WeightDecay(averaging, { decoupled: false })).not.to.throw();
    });
  });
});
