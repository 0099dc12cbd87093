import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { adam, LazyOptimizer, type LazyRows, Lookahead, momentum, sgd } from '../../src/index.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { COMPOSITIONS, TABLE, textModel, trainEpoch } from '../support/compositions.js';
import { rejection } from '../support/data-folders.js';
import { bits, expectClose } from '../support/numbers.js';
import { OPTIMIZERS, step, variable } from '../support/optimizers.js';

async function saveAndLoad(model: tfl.LayersModel): Promise<tfl.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = JSON.parse(JSON.stringify(artifacts));
      saved!.weightData = artifacts.weightData;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
    { includeOptimizer: true },
  );
  return tfl.loadLayersModel(tf.io.fromMemory(saved!));
}

describe('the state of a wrapped optimizer', () => {
  onEachBackend((backend) => {
    // All of them are tried on tfjs-node in two processes, below.
    const optimizers = Object.entries(OPTIMIZERS).filter(
      ([name]) => backend === 'cpu' || name === 'adam',
    );
    for (const [composition, wrap] of Object.entries(COMPOSITIONS)) {
      it(`resumes bit for bit after model.save and loading: ${composition}`, async () => {
        for (const [name, make] of optimizers) {
          const [through, stopped] = [textModel(), textModel()];
          for (const model of [through, stopped]) {
            const optimizer = wrap(make(), TABLE);
            model.compile({ optimizer, loss: 'binaryCrossentropy' });
            await trainEpoch(model);
          }
          const resumed = await saveAndLoad(stopped);
          for (const model of [through, resumed]) {
            await trainEpoch(model);
          }
          const weights = (model: tfl.LayersModel) => model.getWeights().map(bits);
          expect(weights(resumed), name).to.deep.equal(weights(through));
          for (const model of [through, stopped, resumed]) {
            model.optimizer.dispose();
            model.dispose();
          }
        }
      });
    }

    it('resumes bit for bit around adam, momentum and sgd, whose steps are our own', async () => {
      for (const inner of [adam(0.01), momentum(0.1, 0.9), sgd(0.1)]) {
        const [through, stopped] = [textModel(), textModel()];
        const again = inner.constructor as new (...args: number[]) => tf.Optimizer;
        const { learningRate, momentum: m } = inner.getConfig() as Record<string, number>;
        for (const model of [through, stopped]) {
          const own = new again(learningRate, ...(m === undefined ? [0.9, 0.999] : [m]));
          const lazy = new LazyOptimizer(own, { embeddingLayers: [TABLE] });
          model.compile({ optimizer: new Lookahead(lazy), loss: 'binaryCrossentropy' });
          await trainEpoch(model);
        }
        const resumed = await saveAndLoad(stopped);
        const loaded = (resumed.optimizer as unknown as Lookahead).inner as LazyOptimizer;
        expect(loaded.inner.constructor).to.equal(inner.constructor);
        for (const model of [through, resumed]) await trainEpoch(model);
        const weights = (model: tfl.LayersModel) => model.getWeights().map(bits);
        expect(weights(resumed)).to.deep.equal(weights(through));
        for (const model of [through, stopped, resumed]) {
          model.optimizer.dispose();
          model.dispose();
        }
        inner.dispose();
      }
    });

    it('is not changed by being read, and reading leaks nothing after the first time', async () => {
      const optimizer = new Lookahead(tf.train.adam(0.1), { k: 2 });
      const x = variable([1, 2]);
      step(optimizer, [x], [[1, 1]]);
      const read = async () =>
        (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, bits: bits(tensor) }));
      const first = await read();
      const tensors = tf.memory().numTensors;
      expect(await read()).to.deep.equal(first);
      expect(tf.memory().numTensors).to.equal(tensors);
      x.dispose();
      optimizer.dispose();
    });

    it('can be put back into the same optimizer, and into another, without a leak', async () => {
      const before = tf.memory().numTensors;
      const x = variable([1, 2]);
      const make = () => new Lookahead(tf.train.adam(0.1), { momentum: 'pullback', k: 2 });
      const [source, target] = [make(), make()];
      step(source, [x], [[1, 1]]);
      step(source, [x], [[1, -1]]);
      const saved = await source.getWeights();
      const read = (weights: typeof saved) => weights.map(({ tensor }) => bits(tensor));
      const values = read(saved);
      expect(() => source.withSlowWeights(() => source.resetState())).to.throw(
        'resetState() would be undone',
      );
      step(target, [x], [[3, 3]]);
      for (const optimizer of [source, target]) {
        await optimizer.setWeights(await source.getWeights());
        expect(read(await optimizer.getWeights())).to.deep.equal(values);
      }
      target.dispose();
      source.dispose();
      x.dispose();
      expect(tf.memory().numTensors).to.equal(before);
    });

    it('evaluates a loaded model on the slow weights before any step', async () => {
      const model = textModel();
      const optimizer = new Lookahead(tf.train.sgd(1), { k: 100 });
      model.compile({ optimizer, loss: 'binaryCrossentropy' });
      const start = model.getWeights().map(bits);
      await trainEpoch(model);
      const loaded = await saveAndLoad(model);
      const resumed = loaded.optimizer as unknown as Lookahead;
      expect(() => resumed.withSlowWeights(() => 0)).to.throw('does not know its model yet');
      const undo = resumed.evaluateOnSlowWeights(loaded);
      expect(resumed.withSlowWeights(() => loaded.getWeights().map(bits))).to.deep.equal(start);
      undo();
      for (const m of [model, loaded]) {
        m.optimizer.dispose();
        m.dispose();
      }
    });
  });

  it('is refused where the composition differs, naming both', async () => {
    const x = variable([1]);
    const source = new Lookahead(tf.train.adam(0.1));
    step(source, [x], [[1]]);
    const target = new Lookahead(tf.train.sgd(0.1));
    let message = '';
    await target.setWeights(await source.getWeights()).catch((error) => {
      message = error.message;
    });
    expect(message).to.contain('that of Lookahead.Adam, but this optimizer is Lookahead.SGD');
  });

  it('is refused where the shapes differ, naming both', async () => {
    const [x, y] = [variable([1]), variable([1, 2])];
    const [source, target] = [tf.train.adam(0.1), tf.train.adam(0.1)].map(
      (inner) => new Lookahead(inner),
    );
    step(source, [x], [[1]]);
    await target.setWeights(await source.getWeights());
    expect(() => step(target, [y], [[1, 1]])).to.throw(
      `has shape [1] where this model has "${y.name}" of shape [2]`,
    );
  });
});

describe('the state of a table that is stepped on its sampled rows', () => {
  onEachBackend(() => {
    /** The error, if any, of training a text model on after loading another optimizer's state. */
    async function resume(from: LazyOptimizer, to: LazyOptimizer, vocabulary = 7) {
      const [source, target] = [textModel(), textModel(vocabulary)];
      source.compile({ optimizer: from, loss: 'binaryCrossentropy' });
      target.compile({ optimizer: to, loss: 'binaryCrossentropy' });
      await trainEpoch(source);
      await to.setWeights(await from.getWeights());
      const message = await trainEpoch(target).then(
        () => 'none',
        (error) => error.message,
      );
      for (const model of [source, target]) {
        model.optimizer.dispose();
        model.dispose();
      }
      return message;
    }
    const lazy = (rows: LazyRows) =>
      new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [TABLE], rows });

    it('is refused by a table of another size, naming both', async () => {
      expect(await resume(lazy('auto'), lazy('auto'))).to.equal('none');
      expect(await resume(lazy('auto'), lazy('auto'), 8)).to.contain(
        'has shape [7,3] where this model has',
      );
    });

    it('is refused by the other kind of moments, and by one without the table', async () => {
      const frozen = new LazyOptimizer(tf.train.adam(0.1), {
        embeddingLayers: [TABLE],
        moments: 'freeze',
      });
      const x = variable([1, 2], [2, 1]);
      const y = variable([1, 2], [2, 1]);
      const source = new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [x] });
      step(
        source,
        [x, y],
        [
          [1, 0],
          [1, 1],
        ],
      );
      const state = await source.getWeights();
      expect((await rejection(frozen.setWeights(state))).message).to.contain(
        "is one of moments: 'decay'",
      );
      const other = new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [y] });
      await other.setWeights(state);
      expect(() =>
        step(
          other,
          [x, y],
          [
            [1, 0],
            [1, 1],
          ],
        ),
      ).to.throw('has "v');
      const incomplete = state.filter(({ name }) => !name.includes('updated'));
      expect((await rejection(source.setWeights(incomplete))).message).to.contain('lacks updated');
      for (const optimizer of [frozen, source, other]) optimizer.dispose();
      tf.dispose([x, y]);
    });

    it('belongs to its table, in whatever order the tables are named', async () => {
      const train = (optimizer: tf.Optimizer, tables: tf.Variable[]) => {
        const ids = tf.tensor1d([0], 'int32');
        optimizer.minimize(
          () =>
            tf.add(tf.sum(tf.gather(tables[0], ids)), tf.mul(9, tf.sum(tf.gather(tables[1], ids)))),
          false,
          tables,
        );
      };
      const run = async (swap: boolean) => {
        const tables = [variable([0, 0], [2, 1]), variable([0, 0], [2, 1])];
        const make = (layers: tf.Variable[]) =>
          new LazyOptimizer(tf.train.momentum(1, 0.9), { embeddingLayers: layers });
        const [first, second] = [make(tables), make(swap ? tables.toReversed() : tables)];
        train(first, tables);
        await second.setWeights(await first.getWeights());
        train(second, tables);
        return tables.flatMap((table) => Array.from(table.dataSync()));
      };
      expect(await run(true)).to.deep.equal(await run(false));
    });

    it('is refused where rows were found otherwise, both ways', async () => {
      expect(await resume(lazy('gradient'), lazy('auto'))).to.contain(
        "saved with rows: 'gradient'",
      );
      expect(await resume(lazy('auto'), lazy('gradient'))).to.contain("with rows: 'auto'");
    });
  });
});

describe('a training in two processes', () => {
  onBestBackend();

  it('is that in one process to the bit, also when the state was read in between', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lazyahead-resume-'));
    const run = (half: string) =>
      execFileSync(
        process.execPath,
        ['--import', 'tsx', join(__dirname, 'resume-program.ts'), half, folder],
        { encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'ignore'] },
      );
    run('first');
    const resumed = JSON.parse(run('second').trim().split('\n').at(-1)!);
    for (const [composition, wrap] of Object.entries(COMPOSITIONS)) {
      for (const [name, make] of Object.entries(OPTIMIZERS)) {
        const model = textModel();
        const optimizer = wrap(make(), TABLE);
        model.compile({ optimizer, loss: 'binaryCrossentropy' });
        await trainEpoch(model);
        await optimizer.getWeights();
        await trainEpoch(model);
        const key = `${composition} ${name}`;
        expect(model.getWeights().map(bits), key).to.deep.equal(resumed[key]);
        optimizer.dispose();
        model.dispose();
      }
    }
    rmSync(folder, { recursive: true });
  });
});

describe('validation in model.fit', () => {
  onEachBackend(() => {
    it('is on the slow weights while evaluateOnSlowWeights is in force, and on the fast ones else', async () => {
      // One weight from 0, one step of +1 an epoch; k = 100 keeps the slow weight at 0.
      const model = tfl.sequential({
        layers: [
          tfl.layers.dense({
            units: 1,
            inputShape: [1],
            useBias: false,
            kernelInitializer: 'zeros',
          }),
        ],
      });
      const optimizer = new Lookahead(tf.train.sgd(0.5), { k: 100 });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const [x, y] = [tf.tensor2d([[1]]), tf.tensor2d([[1]])];
      const validate = async () => {
        const history = await model.fit(x, y, { epochs: 1, verbose: 0, validationData: [x, y] });
        return history.history.val_loss as number[];
      };
      const undo = optimizer.evaluateOnSlowWeights(model);
      expectClose(await validate(), [1]); // slow: (0 − 1)²
      expectClose((model.getWeights()[0] as tf.Tensor).dataSync(), [1]);
      expectClose((model.evaluate(x, y) as tf.Tensor).dataSync(), [1]);
      // A tf.Sequential evaluates by a model that it holds.
      const isWrapped = () =>
        Object.hasOwn((model as unknown as { model: object }).model, 'testLoop');
      expect(isWrapped()).to.equal(true);
      undo();
      expectClose(await validate(), [0]); // fast: (1 − 1)²
      expect(isWrapped()).to.equal(false);
    });

    it('refuses a model that is not compiled, for compiling replaces what is wrapped', () => {
      const layer = tfl.layers.dense({ units: 1, inputShape: [1] });
      const model = tfl.sequential({ layers: [layer], name: 'raw' });
      expect(() => new Lookahead(tf.train.sgd(1)).evaluateOnSlowWeights(model)).to.throw(
        'Model "raw" is not compiled',
      );
    });
  });
});
