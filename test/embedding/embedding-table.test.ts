import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { EmbeddingTable } from '../../src/index.js';
import { onBestBackend } from '../support/backends.js';

describe('EmbeddingTable', () => {
  onBestBackend();

  it('starts as Keras’s layer does, uniform in [−0.05, 0.05)', () => {
    const table = new EmbeddingTable({ vocabulary: 1000, width: 4, name: 'start' });
    const values = table.variable.dataSync();
    expect(Math.min(...values)).to.be.within(-0.05, -0.045);
    expect(Math.max(...values)).to.be.within(0.045, 0.05);
    expect(table.variable.name).to.equal('start');
    table.dispose();
  });

  it('refuses sizes and initial values that do not fit, naming them', () => {
    expect(() => new EmbeddingTable({ vocabulary: 0, width: 4 })).to.throw(
      RangeError,
      'vocabulary is an integer of at least 1, not 0',
    );
    expect(() => new EmbeddingTable({ vocabulary: 3, width: 1.5 })).to.throw('width is');
    const initialValue = tf.zeros([3, 2]) as tf.Tensor2D;
    expect(() => new EmbeddingTable({ vocabulary: 3, width: 4, initialValue })).to.throw(
      'initialValue has shape [3,2], the table [3,4]',
    );
    initialValue.dispose();
  });
});
