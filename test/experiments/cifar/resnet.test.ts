import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { resnet } from '../../../src/experiments/cifar/resnet.js';
import { sparseSoftmaxCrossEntropy } from '../../../src/layers/cross-entropy.js';
import { UsageError } from '../../../src/runtime/errors.js';
import { onBestBackend } from '../../support/backends.js';
import { bits, expectClose } from '../../support/numbers.js';

describe('resnet', () => {
  onBestBackend();

  it('has the weights of the paper’s networks, and two shortcuts with some', () => {
    for (const { depth, weights } of [
      // In 3 × 3 kernels of 16² numbers: 6n layers are 2n · (1 + 4 + 16) less half of the first at 32
      // and 64 channels, 2 and 8, so 42 n − 10; their norms 2 · 2n · (16 + 32 + 64) = 448 n. First
      // layer 432 + 32, shortcuts 512 + 2048 + 2 · 96, logits 650.
      { depth: 8, weights: 32 * 9 * 256 + 448 + 464 + 2752 + 650 },
      { depth: 20, weights: 116 * 9 * 256 + 3 * 448 + 464 + 2752 + 650 },
    ]) {
      const model = resnet({ depth, seed: 1 });
      expect(model.outputShape).to.deep.equal([null, 10]);
      const trained = model.trainableWeights.map(({ shape }) =>
        tf.util.sizeFromShape(shape as number[]),
      );
      expect(trained.reduce((a, b) => a + b)).to.equal(weights);
      // Convolutions and dense layer: depth, and the shortcuts.
      const kernels = model.trainableWeights.filter(({ originalName }) =>
        originalName.endsWith('/kernel'),
      );
      expect(kernels).to.have.length(depth + 2);
      model.dispose();
    }
  });

  it('starts from its seed, each layer with weights of its own', () => {
    const initial = (seed: number) => {
      const model = resnet({ depth: 8, width: 4, seed });
      const weights = model.trainableWeights
        .filter(({ originalName }) => originalName.endsWith('/kernel'))
        .map((weight) => bits(weight.read()));
      model.dispose();
      return weights;
    };
    const weights = initial(1);
    expect(initial(1)).to.deep.equal(weights);
    expect(initial(2)).not.to.deep.equal(weights);
    expect(new Set(weights.map((w) => w[0])).size).to.equal(weights.length);
  });

  it('trains to the same numbers with fused and with stock layers', () => {
    const x = tf.randomNormal([4, 32, 32, 3], 0, 1, 'float32', 1);
    const labels = tf.tensor1d([0, 1, 2, 3], 'int32');
    const losses = (['fused', 'stock'] as const).map((layers) => {
      const model = resnet({ depth: 8, width: 4, classes: 4, seed: 1, layers });
      const optimizer = tf.train.momentum(0.05, 0.9);
      const variables = model.trainableWeights.map((w) => w.read() as tf.Variable);
      const step = () =>
        tf.tidy(
          () =>
            optimizer
              .minimize(
                () => {
                  const logits = model.apply(x, { training: true }) as tf.Tensor2D;
                  return tf.mean(sparseSoftmaxCrossEntropy(logits, labels));
                },
                true,
                variables,
              )!
              .dataSync()[0],
        );
      const values = [step()];
      const before = tf.memory().numTensors;
      for (let i = 0; i < 4; i++) values.push(step());
      expect(tf.memory().numTensors).to.equal(before);
      values.push(tf.tidy(() => tf.sum(tf.square(model.predict(x) as tf.Tensor)).dataSync()[0]));
      optimizer.dispose();
      model.dispose();
      return values;
    });
    expect(losses[0][4]).to.be.below(0.75 * losses[0][0]);
    expectClose(losses[0], losses[1], { rtol: 1e-3, atol: 1e-4 });
    tf.dispose([x, labels]);
  });

  it('names the depths there are', () => {
    for (const depth of [2, 9, 18, Number.NaN]) {
      expect(() => resnet({ depth, seed: 1 })).to.throw(UsageError, `not ${depth}`);
    }
  });
});
