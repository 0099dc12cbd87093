import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { resnet } from '../../../src/experiments/cifar/resnet.js';
import { resnet18 } from '../../../src/experiments/cifar/resnet18.js';
import { onBestBackend } from '../../support/backends.js';

const trained = (model: ReturnType<typeof resnet18>) => {
  const sizes = model.trainableWeights.map(({ shape }) => tf.util.sizeFromShape(shape as number[]));
  model.dispose();
  return sizes.reduce((a, b) => a + b);
};

describe('ResNet-18', () => {
  onBestBackend();

  it('has the parameters of the paper’s: 11,173,962 for 10 classes, 11,220,132 for 100', () => {
    expect(trained(resnet18({ seed: 1 }))).to.equal(11_173_962);
    expect(trained(resnet18({ classes: 100, seed: 1 }))).to.equal(11_220_132);
  });

  it('is no ResNet-20, whose parameters are 0.27 million', () => {
    expect(trained(resnet({ depth: 20, seed: 1 }))).to.be.within(265_000, 275_000);
  });
});
