/** ResNet-18 (He et al. 2015, arXiv 1512.03385) as it is used on CIFAR, also by the Lookahead paper. */
import * as tfl from '@tensorflow/tfjs-layers';
import { batchNormalization } from '../../layers/batch-normalization.js';
import { conv2d } from '../../layers/conv2d.js';
import { reLU } from '../../layers/relu.js';
import { deriveSeed } from '../../runtime/seeds.js';

/** Options of {@link resnet18}. */
export interface ResNet18Options {
  /** Channels of the first stage; the others have 2, 4 and 8 times as many. Default 64. */
  width?: number;
  /** Default 10. */
  classes?: number;
  /** Fixes the initial weights. */
  seed: number;
}

/**
 * ResNet-18 on images `[batch, 32, 32, 3]`, with logits `[batch, classes]`: a 3 × 3 first layer
 * without pooling, four stages of two blocks, the last three of which begin with stride 2, and
 * projections where a block changes the shape.
 *
 * At stride 2 it pads on all sides, as PyTorch does, where TensorFlow's `same` would pad below and to
 * the right alone. Batch normalization has momentum 0.9 and ε 1e-5. Kernels start He-normal, the last
 * layer Glorot-uniform.
 */
export function resnet18({ width = 64, classes = 10, seed }: ResNet18Options): tfl.LayersModel {
  const initial = (layer: string) => deriveSeed(seed, 'weights', layer);

  function convolution(
    x: tfl.SymbolicTensor,
    name: string,
    { filters, kernelSize, strides }: { filters: number; kernelSize: number; strides: number },
  ): tfl.SymbolicTensor {
    const pads = kernelSize === 3 && strides === 2;
    const padded = pads ? tfl.layers.zeroPadding2d({ name: `${name}-pad` }).apply(x) : x;
    const convolved = conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding: pads ? 'valid' : 'same',
      useBias: false,
      kernelInitializer: tfl.initializers.heNormal({ seed: initial(name) }),
    }).apply(padded);
    const norm = batchNormalization({ name: `${name}-norm`, momentum: 0.9, epsilon: 1e-5 });
    return norm.apply(convolved) as tfl.SymbolicTensor;
  }
  const rectified = (x: tfl.SymbolicTensor, name: string) =>
    reLU({ name }).apply(x) as tfl.SymbolicTensor;

  const input = tfl.input({ shape: [32, 32, 3] });
  let x = rectified(
    convolution(input, 'first', { filters: width, kernelSize: 3, strides: 1 }),
    'first-relu',
  );
  for (let stage = 0; stage < 4; stage++) {
    const filters = width * 2 ** stage;
    for (let block = 0; block < 2; block++) {
      const name = `stage${stage + 1}-block${block + 1}`;
      const strides = stage > 0 && block === 0 ? 2 : 1;
      let y = convolution(x, `${name}-a`, { filters, kernelSize: 3, strides });
      y = rectified(y, `${name}-a-relu`);
      y = convolution(y, `${name}-b`, { filters, kernelSize: 3, strides: 1 });
      const shortcut =
        strides === 1 ? x : convolution(x, `${name}-shortcut`, { filters, kernelSize: 1, strides });
      const sum = tfl.layers.add({ name: `${name}-add` }).apply([y, shortcut]);
      x = rectified(sum as tfl.SymbolicTensor, `${name}-relu`);
    }
  }
  const pooled = tfl.layers.globalAveragePooling2d({ name: 'pool' }).apply(x);
  const logits = tfl.layers
    .dense({
      name: 'logits',
      units: classes,
      kernelInitializer: tfl.initializers.glorotUniform({ seed: initial('logits') }),
    })
    .apply(pooled);
  return tfl.model({ inputs: input, outputs: logits as tfl.SymbolicTensor });
}
