import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { dropout } from '../../src/layers/dropout.js';
import { onBestBackend } from '../support/backends.js';
import { bits } from '../support/numbers.js';

describe('dropout', () => {
  onBestBackend();

  const ones = () => tf.ones([4, 50, 20]) as tf.Tensor3D;
  const apply = (layer: ReturnType<typeof dropout>, training = true) =>
    tf.tidy(() => {
      const y = layer.apply(ones(), { training }) as tf.Tensor;
      return y.dataSync() as Float32Array;
    });

  it('sets its share to 0 and scales the others, in training alone', () => {
    const layer = dropout({ rate: 0.25, seed: 1 });
    const values = apply(layer);
    // 4,000 numbers: their mean is 1 ± 0.0091, kept ones are 1 / 0.75.
    expect(new Set(values)).to.deep.equal(new Set([0, Math.fround(1 / 0.75)]));
    expect(values.reduce((a, b) => a + b) / 4000).to.be.closeTo(1, 0.05);
    expect(new Set(apply(layer, false))).to.deep.equal(new Set([1]));
    expect(layer.dropoutStep).to.equal(1);
  });

  it('draws a new mask in each step, which its seed and the step decide', () => {
    const layer = dropout({ rate: 0.5, seed: 1 });
    const masks = [apply(layer), apply(layer)];
    expect(masks[0]).not.to.deep.equal(masks[1]);
    const resumed = dropout({ rate: 0.5, seed: 1 });
    resumed.dropoutStep = 1;
    expect(apply(resumed)).to.deep.equal(masks[1]);
    expect(apply(dropout({ rate: 0.5, seed: 2 }))).not.to.deep.equal(masks[0]);
  });

  it('has one mask for all time steps when it is locked', () => {
    const rows = (locked: boolean) => {
      const values = apply(dropout({ rate: 0.5, seed: 1, locked }));
      const steps = Array.from({ length: 200 }, (_, i) => values.slice(20 * i, 20 * i + 20).join());
      return new Set(steps).size;
    };
    // One a row of the batch.
    expect(rows(true)).to.equal(4);
    expect(rows(false)).to.be.above(190);
  });

  it('hands gradients on through its mask, leaves no tensors, and can be saved', () => {
    const layer = dropout({ rate: 0.5, seed: 1, locked: true });
    const x = ones();
    layer.apply(x);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const gradient = tf.grad((v) => layer.apply(v, { training: true }) as tf.Tensor)(x);
      layer.dropoutStep = 0;
      expect(bits(gradient)).to.deep.equal(bits(layer.apply(x, { training: true }) as tf.Tensor));
    });
    expect(tf.memory().numTensors).to.equal(before);
    x.dispose();
    const model = tfl.sequential({
      layers: [tfl.layers.inputLayer({ inputShape: [2, 3] }), layer],
    });
    expect(JSON.stringify(model.toJSON(undefined, false)))
      .to.contain('"locked":true')
      .and.to.contain('"seed":1');
    model.dispose();
  });

  it('refuses a rate out of range in one sentence', () => {
    for (const rate of [1, -0.1, Number.NaN]) {
      expect(() => dropout({ rate, seed: 1 })).to.throw(RangeError, `below 1, but is ${rate}.`);
    }
  });
});
