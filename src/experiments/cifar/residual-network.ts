/** What residual networks for CIFAR have in common. */
import * as tfl from '@tensorflow/tfjs-layers';
import { batchNormalization } from '../../layers/batch-normalization.js';
import { conv2d } from '../../layers/conv2d.js';
import { reLU } from '../../layers/relu.js';
import { deriveSeed } from '../../runtime/seeds.js';

/** Options of {@link residualNetwork}. */
export interface ResidualNetworkOptions {
  /** From the second on they begin with stride 2 and twice the channels. */
  stages: number;
  /** Of each stage, with two convolutions each. */
  blocks: number;
  /** Channels of the first stage. */
  width: number;
  classes: number;
  /** Fixes the initial weights. */
  seed: number;
  /** At stride 2: below and to the right alone, as TensorFlow does, or as PyTorch does. */
  padding: 'same' | 'allSides';
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
 * no bias. Where a block changes the number of channels its shortcut is a 1 × 1 convolution with
 * stride 2. Kernels start He-normal, the last layer Glorot-uniform.
 */
export function residualNetwork(options: ResidualNetworkOptions): tfl.LayersModel {
  const { stages, blocks, width, classes, seed, padding } = options;
  const layers = LAYERS[options.layers ?? 'fused'];
  const initial = (layer: string) => deriveSeed(seed, 'weights', layer);

  function convolution(
    x: tfl.SymbolicTensor,
    name: string,
    { filters, kernelSize, strides }: { filters: number; kernelSize: number; strides: number },
  ): tfl.SymbolicTensor {
    const pads = padding === 'allSides' && kernelSize === 3 && strides === 2;
    const padded = pads ? tfl.layers.zeroPadding2d({ name: `${name}-pad` }).apply(x) : x;
    const convolved = layers
      .conv2d({
        name,
        filters,
        kernelSize,
        strides,
        padding: pads ? 'valid' : 'same',
        useBias: false,
        kernelInitializer: tfl.initializers.heNormal({ seed: initial(name) }),
      })
      .apply(padded);
    const norm = layers.batchNormalization({ name: `${name}-norm`, momentum: 0.9, epsilon: 1e-5 });
    return norm.apply(convolved) as tfl.SymbolicTensor;
  }
  const rectified = (x: tfl.SymbolicTensor, name: string) =>
    layers.reLU({ name }).apply(x) as tfl.SymbolicTensor;

  const input = tfl.input({ shape: [32, 32, 3] });
  let x = convolution(input, 'first', { filters: width, kernelSize: 3, strides: 1 });
  x = rectified(x, 'first-relu');
  for (let stage = 0; stage < stages; stage++) {
    const filters = width * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
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
