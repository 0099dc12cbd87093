/** Residual networks for CIFAR: He et al. 2015, arXiv 1512.03385, section 4.2. */
import * as tfl from '@tensorflow/tfjs-layers';
import { batchNormalization } from '../../layers/batch-normalization.js';
import { conv2d } from '../../layers/conv2d.js';
import { reLU } from '../../layers/relu.js';
import { UsageError } from '../../runtime/errors.js';
import { deriveSeed } from '../../runtime/seeds.js';

/** Options of {@link resnet}. */
export interface ResNetOptions {
  /** Layers with weights: 6n + 2, n blocks of two in each of three stages. 8, 20, 32, 44, 56, … */
  depth: number;
  /** Channels of the first stage; the others have twice and four times as many. Default 16. */
  width?: number;
  /** Default 10. */
  classes?: number;
  /** Fixes the initial weights. */
  seed: number;
  /** Layers with fused native ops (default), or tf.layers' own, to compare them with. */
  layers?: 'fused' | 'stock';
}

const LAYERS = {
  fused: { batchNormalization, conv2d, reLU },
  stock: {
    batchNormalization: tfl.layers.batchNormalization,
    conv2d: tfl.layers.conv2d,
    reLU: tfl.layers.reLU,
  },
};

/**
 * A residual network on images `[batch, 32, 32, 3]`, with logits `[batch, classes]`.
 *
 * Every convolution is followed by batch normalization (momentum 0.9, ε 1e-5, as in PyTorch) and has
 * no bias; the first of stages 2 and 3 has stride 2. Where a block changes the number of channels its
 * shortcut is a 1 × 1 convolution with stride 2 (the paper's option B; its CIFAR networks have A,
 * shortcuts without weights): it is written alike in tf.layers, Keras and PyTorch. Padding is
 * TensorFlow's `same`, which at stride 2 pads below and to the right alone. Kernels start
 * He-normal, the last layer Glorot-uniform.
 *
 * @throws UsageError for a depth that is not 6n + 2.
 */
export function resnet(options: ResNetOptions): tfl.LayersModel {
  const { depth, width = 16, classes = 10, seed, layers: kind = 'fused' } = options;
  if (!(Number.isSafeInteger((depth - 2) / 6) && depth > 2)) {
    throw new UsageError(`depth of a residual network is 8, 14, 20, … (6n + 2), not ${depth}.`);
  }
  const layers = LAYERS[kind];
  const initial = (layer: string) => deriveSeed(seed, 'weights', layer);

  function convolution(
    x: tfl.SymbolicTensor,
    name: string,
    { filters, kernelSize, strides }: { filters: number; kernelSize: number; strides: number },
  ): tfl.SymbolicTensor {
    const convolved = layers
      .conv2d({
        name,
        filters,
        kernelSize,
        strides,
        padding: 'same',
        useBias: false,
        kernelInitializer: tfl.initializers.heNormal({ seed: initial(name) }),
      })
      .apply(x);
    const norm = layers.batchNormalization({ name: `${name}-norm`, momentum: 0.9, epsilon: 1e-5 });
    return norm.apply(convolved) as tfl.SymbolicTensor;
  }
  const rectified = (x: tfl.SymbolicTensor, name: string) =>
    layers.reLU({ name }).apply(x) as tfl.SymbolicTensor;

  const input = tfl.input({ shape: [32, 32, 3] });
  let x = convolution(input, 'first', { filters: width, kernelSize: 3, strides: 1 });
  x = rectified(x, 'first-relu');
  for (let stage = 0; stage < 3; stage++) {
    const filters = width * 2 ** stage;
    for (let block = 0; block < (depth - 2) / 6; block++) {
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
