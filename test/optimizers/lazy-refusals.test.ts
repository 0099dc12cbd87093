import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { onBestBackend } from '../support/backends.js';
import { lazy, tableOfTwo } from '../support/lazy-table.js';
import { step, variable } from '../support/optimizers.js';

describe('LazyOptimizer', () => {
  describe('refuses, in one sentence,', () => {
    onBestBackend();
    let sgd: tf.Optimizer;
    before(() => {
      sgd = tf.train.sgd(1);
    });
    it('a layer that is not an embedding', () => {
      const dense = tfl.layers.dense({ units: 1, name: 'out' });
      expect(() => new LazyOptimizer(sgd, { embeddingLayers: [dense] })).to.throw(
        TypeError,
        'Layer "out" is a Dense layer, not an embedding',
      );
    });
    it('things that are no layers, and an empty list', () => {
      for (const thing of [3, null, undefined]) {
        expect(
          () => new LazyOptimizer(sgd, { embeddingLayers: [thing as unknown as string] }),
        ).to.throw(TypeError, `not ${thing}`);
      }
      expect(() => new LazyOptimizer(sgd, { embeddingLayers: [] })).to.throw(
        TypeError,
        'at least one',
      );
    });
    it('an embedding layer that is not in the model, when the model trains', () => {
      const optimizer = new LazyOptimizer(sgd, { embeddingLayers: ['words'] });
      const x = variable([1]);
      expect(() => step(optimizer, [x], [[1]])).to.throw(
        `The embedding layer "words" is not among the variables being trained: ${x.name}.`,
      );
      x.dispose();
    });
    it('a name that no variable has, also with minimize, whose loss need not reach every table', () => {
      const table = variable([1, 2], [2, 1]);
      const other = variable([1]);
      const loss = () => tf.sum(tf.square(other)) as tf.Scalar;
      const typo = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: ['tabel'] });
      expect(() => typo.minimize(loss)).to.throw('The embedding layer "tabel" is not among');
      const lazily = new LazyOptimizer(tf.train.sgd(1), { embeddingLayers: [table] });
      expect(() => new Lookahead(lazily).minimize(loss)).not.to.throw();
      tf.dispose([table, other]);
    });
    it('a name that fits several tables', () => {
      const tables = ['words_1', 'words_2'].map((name) => tf.variable(tf.ones([2, 1]), true, name));
      const { inner, ...config } = new LazyOptimizer(sgd, {
        embeddingLayers: tables.slice(1),
      }).getConfig();
      const loaded = LazyOptimizer.fromConfig(
        LazyOptimizer as unknown as tf.serialization.SerializableConstructor<LazyOptimizer>,
        { inner, ...config },
      );
      // Found by its whole name while it is there, and not guessed where it is not.
      step(loaded, tables, [
        [1, 0],
        [1, 0],
      ]);
      tables[1].dispose();
      const renamed = tf.variable(tf.ones([2, 1]), true, 'words_3');
      const next = LazyOptimizer.fromConfig(
        LazyOptimizer as unknown as tf.serialization.SerializableConstructor<LazyOptimizer>,
        { inner, ...config },
      );
      expect(() => step(next, [tables[0], renamed], [[1, 0], null])).to.throw(
        'The embedding table "words_2" may be any of words_1, words_3',
      );
      tf.dispose([tables[0], renamed]);
    });
    it('missing options', () => {
      expect(() => new LazyOptimizer(sgd, undefined as never)).to.throw(TypeError, 'at least one');
    });
    it('the name of a layer that is not an embedding', () => {
      const kernel = tf.variable(tf.ones([1, 1]), true, 'out/kernel');
      const optimizer = new LazyOptimizer(sgd, { embeddingLayers: ['out'] });
      expect(() => step(optimizer, [kernel], [[1]])).to.throw('Layer "out" is not an embedding');
      kernel.dispose();
    });
    it('unknown options', () => {
      const table = tableOfTwo();
      const options = { embeddingLayers: [table] };
      expect(() => new LazyOptimizer(sgd, { ...options, rows: 'all' as 'auto' })).to.throw(
        RangeError,
        'not "all"',
      );
      expect(() => new LazyOptimizer(sgd, { ...options, moments: 'drop' as 'decay' })).to.throw(
        RangeError,
        'not "drop"',
      );
      table.dispose();
    });
    it('centered RMSProp, which divides by the root of a negative number', () => {
      const centered = tf.train.rmsprop(0.1, 0.9, 0, 1e-7, true);
      expect(() => new LazyOptimizer(centered, { embeddingLayers: ['words'] })).to.throw(
        TypeError,
        "tf.js's centered RMSProp, whose step is NaN wherever a gradient is zero",
      );
    });
    it('another LazyOptimizer', () => {
      const inner = new LazyOptimizer(sgd, { embeddingLayers: ['a'] });
      expect(() => new LazyOptimizer(inner, { embeddingLayers: ['b'] })).to.throw(
        TypeError,
        'name all embedding layers in one',
      );
    });
    it('frozen moments for an optimizer that hides its state, unless it has slots()', () => {
      class Hidden extends tf.SGDOptimizer {
        static override get className() {
          return 'Hidden';
        }
      }
      const table = tableOfTwo();
      expect(() => lazy(new Hidden(1), table, 'freeze')).to.throw(
        TypeError,
        'has no slots() method',
      );
      expect(() => lazy(new Hidden(1), table, 'decay')).not.to.throw();
      class Open extends Hidden {
        slots() {
          return [];
        }
      }
      expect(() => lazy(new Open(1), table, 'freeze')).not.to.throw();
      table.dispose();
    });
  });
});
