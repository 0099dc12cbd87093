import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { type Conv2DConfig, conv2d } from '../../src/layers/conv2d.js';
import { onBestBackend, onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/numbers.js';

const CONFIGS: Record<string, Partial<Conv2DConfig>> = {
  'as in a residual network': { padding: 'same', strides: 2, useBias: false },
  'with a bias': { padding: 'valid', biasInitializer: 'ones' },
  'with an activation': { activation: 'relu' },
};

/** Output, and the gradients of the input and of the weights, of a layer in training. */
function computed(layer: tfl.layers.Layer): number[][] {
  return tf.tidy(() => {
    const x = tf.randomNormal([2, 7, 6, 3], 0, 1, 'float32', 1);
    layer.build(x.shape);
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    variables.forEach((variable, i) => {
      variable.assign(tf.randomNormal(variable.shape, 0, 1, 'float32', 2 + i));
    });
    const output = (input: tf.Tensor) => layer.apply(input, { training: true }) as tf.Tensor;
    const weights = tf.variableGrads(() => tf.sum(tf.square(output(x))) as tf.Scalar, variables);
    const dx = tf.grad((input) => tf.sum(tf.square(output(input))))(x);
    const all = [output(x), dx, ...Object.values(weights.grads)];
    return all.map((tensor) => Array.from(tensor.dataSync()));
  });
}

describe('Conv2D', () => {
  onEachBackend(() => {
    for (const [name, config] of Object.entries(CONFIGS)) {
      it(`computes what tf.layers.conv2d does, forwards and backwards, ${name}`, () => {
        const full = { filters: 4, kernelSize: 3, ...config };
        const stock = computed(tfl.layers.conv2d(full));
        computed(conv2d(full)).forEach((values, i) => {
          expectClose(values, stock[i], { rtol: 1e-4, atol: 1e-4 });
        });
      });
    }

    it('has the config and class name of tf.layers', () => {
      const config = { name: 'c', filters: 4, kernelSize: 3 };
      expect(conv2d(config).getConfig()).to.deep.equal(tfl.layers.conv2d(config).getConfig());
      expect(conv2d(config).getClassName()).to.equal('Conv2D');
    });
  });

  describe('on the fastest backend', () => {
    onBestBackend();

    it('asks for no gradient of images that need none', async () => {
      const layer = conv2d({ filters: 2, kernelSize: 3, useBias: false });
      const images = tf.ones([1, 5, 5, 3]);
      layer.build(images.shape);
      const loss = () => tf.sum(layer.apply(images, { training: true }) as tf.Tensor) as tf.Scalar;
      const { kernelNames } = await tf.profile(() => {
        const { value, grads } = tf.variableGrads(loss);
        tf.dispose(grads);
        return value;
      });
      expect(kernelNames).to.include('Conv2DBackpropFilter');
      expect(kernelNames).to.not.include('Conv2DBackpropInput');
      for (const weight of layer.weights) weight.dispose();
      images.dispose();
    });
  });
});
