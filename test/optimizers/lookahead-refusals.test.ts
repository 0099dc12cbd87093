import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { LazyOptimizer, Lookahead } from '../../src/index.js';
import { onBestBackend } from '../support/backends.js';
import { variable } from '../support/optimizers.js';

describe('Lookahead', () => {
  describe('refuses, naming the value,', () => {
    onBestBackend();
    let sgd: tf.Optimizer;
    before(() => {
      sgd = tf.train.sgd(1);
    });
    for (const k of [0, 2.5, -1, Number.NaN]) {
      it(`k = ${k}`, () => {
        expect(() => new Lookahead(sgd, { k })).to.throw(RangeError, `not ${k}.`);
      });
    }
    for (const alpha of [-0.1, 1.5, Number.NaN, null, '0.5']) {
      it(`alpha = ${JSON.stringify(alpha)}`, () => {
        const options = { alpha: alpha as number };
        expect(() => new Lookahead(sgd, options)).to.throw(RangeError, `not ${alpha}.`);
      });
    }
    it('an unknown momentum policy', () => {
      expect(() => new Lookahead(sgd, { momentum: 'drop' as 'keep' })).to.throw(
        RangeError,
        'momentum is one of keep, reset, pullback, not "drop".',
      );
    });
    it('an inner optimizer that is none', () => {
      for (const inner of ['adam', null, undefined, 3, { learningRate: 1 }]) {
        expect(() => new Lookahead(inner as unknown as tf.Optimizer)).to.throw(
          TypeError,
          'Lookahead wraps a tf.Optimizer',
        );
      }
    });
    it('another Lookahead, however deep', () => {
      const table = variable([1, 2], [2, 1]);
      const inner = new Lookahead(sgd);
      expect(() => new Lookahead(inner)).to.throw(TypeError, 'another Lookahead');
      expect(() => new LazyOptimizer(inner, { embeddingLayers: [table] })).to.throw(
        TypeError,
        'new Lookahead(new LazyOptimizer(',
      );
      table.dispose();
    });
    it('a momentum policy for an optimizer that hides its state', () => {
      class Hidden extends tf.SGDOptimizer {
        static override get className() {
          return 'Hidden';
        }
      }
      expect(() => new Lookahead(new Hidden(1), { momentum: 'pullback' })).to.throw(
        TypeError,
        "Hidden is not one of tf.js's optimizers and has no slots() method",
      );
      expect(() => new Lookahead(new Hidden(1), { momentum: 'reset' })).to.throw(
        TypeError,
        "needs a resetState() method of Hidden, which is not one of tf.js's optimizers",
      );
      const lazily = new LazyOptimizer(new Hidden(1), { embeddingLayers: ['words'] });
      expect(() => new Lookahead(lazily, { momentum: 'reset' })).to.throw('method of Hidden');
      expect(() => new Lookahead(new Hidden(1))).not.to.throw();
      class Open extends Hidden {
        resetState() {}
      }
      expect(() => new Lookahead(new Open(1), { momentum: 'reset' })).not.to.throw();
    });
  });
});
