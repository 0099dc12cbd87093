import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { releaseRows, rowsOf } from '../../src/embedding/rows.js';
import { adam, LazyOptimizer, Lookahead, momentum, sgd } from '../../src/index.js';
import { startBackend } from '../../src/runtime/backend.js';
import { nativeBackend } from '../../src/runtime/native-ops.js';
import { onEachBackend } from '../support/backends.js';
import { step, variable } from '../support/optimizers.js';
import { skip } from '../support/skip.js';
import { countingResources } from '../support/tensor-spy.js';

const ids = (...values: number[]) => tf.tensor1d(values, 'int32');

describe('the rows of a variable', () => {
  onEachBackend(() => {
    it('are gathered in any order, also repeated, and scattered in place', () => {
      const table = variable([1, 2, 3, 4, 5, 6], [3, 2]);
      const rows = rowsOf(table);
      expect(rows.gather(ids(2, 0, 2)).arraySync()).to.deep.equal([
        [5, 6],
        [1, 2],
        [5, 6],
      ]);
      rows.scatter(ids(2, 0), tf.tensor2d([50, 60, 10, 20], [2, 2]));
      expect(table.arraySync()).to.deep.equal([
        [10, 20],
        [3, 4],
        [50, 60],
      ]);
      expect(rows.gather(ids(0)).arraySync()).to.deep.equal([[10, 20]]);
      table.dispose();
    });

    it('show every kernel and every reader current values, as often as they change', () => {
      const table = variable([1, 2], [2, 1]);
      for (const value of [10, 20, 30]) {
        rowsOf(table).scatter(ids(1), tf.tensor2d([value], [1, 1]));
        expect(tf.sum(table).dataSync()[0]).to.equal(1 + value);
        expect(Array.from(table.dataSync())).to.deep.equal([1, value]);
      }
      table.dispose();
    });

    it('follow the variable when another value is assigned to it', () => {
      const table = variable([1, 2], [2, 1]);
      rowsOf(table).scatter(ids(0), tf.tensor2d([5], [1, 1]));
      table.assign(tf.tensor2d([7, 8], [2, 1]));
      expect(rowsOf(table).gather(ids(0, 1)).arraySync()).to.deep.equal([[7], [8]]);
      rowsOf(table).scatter(ids(1), tf.tensor2d([9], [1, 1]));
      expect(table.arraySync()).to.deep.equal([[7], [9]]);
      table.dispose();
    });

    it('leave what was taken of the table before as it was: clones, slices, twins, arrays', () => {
      // Each of these shares memory with the table on one backend or another.
      const start = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const table = tf.variable(start);
      const write = (value: number) =>
        rowsOf(table).scatter(ids(0), tf.tensor2d([value, value], [1, 2]));
      for (const value of [1, 7]) {
        write(value);
        const taken = [table.clone(), tf.slice(table, [0, 0], [1, 2]), tf.reshape(table, [4])];
        const other = tf.variable(table);
        const array = table.dataSync();
        write(value + 1);
        for (const tensor of [...taken, other]) {
          expect(tensor.dataSync()[0]).to.equal(value);
        }
        expect(array[0]).to.equal(value);
        expect(table.dataSync()[0]).to.equal(value + 1);
        tf.dispose([...taken, other]);
      }
      expect(start.dataSync()[0]).to.equal(1);
      tf.dispose([start, table]);
    });

    it('stay right when a clone is given back to the variable', () => {
      const table = variable([1, 2], [2, 1]);
      const rows = rowsOf(table);
      rows.scatter(ids(0), tf.tensor2d([5], [1, 1]));
      const own = table.clone();
      table.assign(tf.tensor2d([-1, -2], [2, 1]));
      table.assign(own);
      own.dispose();
      expect(rows.gather(ids(0, 1)).arraySync()).to.deep.equal([[5], [2]]);
      rows.scatter(ids(1), tf.tensor2d([6], [1, 1]));
      expect(table.arraySync()).to.deep.equal([[5], [6]]);
      table.dispose();
    });

    it('become an ordinary variable’s again with its values, and can be had once more', () => {
      const table = variable([1, 2], [2, 1]);
      rowsOf(table).scatter(ids(0), tf.tensor2d([5], [1, 1]));
      releaseRows(table);
      expect(table.arraySync()).to.deep.equal([[5], [2]]);
      rowsOf(table).scatter(ids(1), tf.tensor2d([6], [1, 1]));
      expect(table.arraySync()).to.deep.equal([[5], [6]]);
      table.dispose();
      releaseRows(table);
    });

    it('agree with an array after any sequence of reads, writes, clones and assignments', () => {
      const action = fc.oneof(
        fc.record({ write: fc.integer({ min: 0, max: 4 }), value: fc.integer() }),
        fc.record({ assign: fc.integer() }),
        fc.constantFrom('read', 'clone', 'forget'),
      );
      fc.assert(
        fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
          const before = tf.memory().numTensors;
          tf.tidy(() => {
            const table = variable([0, 0, 0, 0, 0], [5, 1]);
            let expected = [0, 0, 0, 0, 0];
            const clones: { clone: tf.Tensor; expected: number[] }[] = [];
            for (const action of actions) {
              if (action === 'read') {
                expect(Array.from(table.dataSync())).to.deep.equal(expected);
              } else if (action === 'clone') {
                clones.push({ clone: table.clone(), expected: [...expected] });
              } else if (action === 'forget') {
                clones.pop()?.clone.dispose();
              } else if ('assign' in action) {
                expected = expected.map(() => Math.fround(action.assign));
                table.assign(tf.fill([5, 1], action.assign));
              } else {
                expected[action.write] = Math.fround(action.value);
                rowsOf(table).scatter(ids(action.write), tf.tensor2d([action.value], [1, 1]));
              }
            }
            expect(
              Array.from(
                rowsOf(table)
                  .gather(ids(0, 1, 2, 3, 4))
                  .dataSync(),
              ),
            ).to.deep.equal(expected);
            for (const { clone, expected } of clones) {
              expect(Array.from(clone.dataSync())).to.deep.equal(expected);
            }
            table.dispose();
            releaseRows(table);
          });
          expect(tf.memory().numTensors).to.equal(before);
        }),
      );
    });
  }, ['cpu', 'tensorflow', 'wasm']);

  it('move with their variable to another backend', async function () {
    const { name, reason } = await startBackend({ backend: 'auto' });
    if (name !== 'tensorflow') skip(this, reason);
    await tf.setBackend('cpu');
    const table = variable([1, 2], [2, 1]);
    rowsOf(table).scatter(ids(0), tf.tensor2d([5], [1, 1]));
    await tf.setBackend('tensorflow');
    expect(rowsOf(table).gather(ids(0)).arraySync()).to.deep.equal([[5]]);
    rowsOf(table).scatter(ids(1), tf.tensor2d([6], [1, 1]));
    await tf.setBackend('cpu');
    expect(table.arraySync()).to.deep.equal([[5], [6]]);
    table.dispose();
  });
});

describe('TensorFlow’s own variables', () => {
  before(async function () {
    await startBackend({ backend: 'auto' });
    if (nativeBackend() === null) skip(this, 'TensorFlow does not compute on the CPU here');
  });

  it('that hold rows are freed as soon as no tensor shows them', () => {
    countingResources((count) => {
      const table = variable([1, 2], [2, 1]);
      const write = () => rowsOf(table).scatter(ids(0), tf.tensor2d([5], [1, 1]));
      for (const letGo of [
        () => releaseRows(table),
        () => tf.tidy(() => table.assign(tf.zeros([2, 1]))),
        () => table.dispose(),
      ]) {
        write();
        expect(count()).to.equal(1);
        letGo();
        expect(count()).to.equal(0);
      }
    });
  });

  it('of a LazyOptimizer are freed with it, also that of a table that lives on', () => {
    countingResources((count) => {
      const table = variable([1, 2], [2, 1]);
      const optimizer = new LazyOptimizer(tf.train.adam(0.1), { embeddingLayers: [table] });
      for (let i = 0; i < 2; i++) step(optimizer, [table], [[1, 0]]);
      // The table and its first and second moments.
      expect(count()).to.equal(3);
      optimizer.dispose();
      expect(count()).to.equal(0);
      table.dispose();
    });
  });

  it('that a fused step or a large sync takes for a while are freed by its end', () => {
    // From 2¹⁶ numbers on a sync takes one.
    const numbers = Array<number>(2 ** 16).fill(1);
    for (const inner of [adam(0.1), momentum(0.1, 0.9), sgd(0.1)]) {
      countingResources((count) => {
        const x = variable(numbers);
        const optimizer = new Lookahead(inner, { k: 1 });
        step(optimizer, [x], [numbers]);
        expect(count(), inner.getClassName()).to.equal(0);
        optimizer.dispose();
        x.dispose();
      });
    }
  });
});
