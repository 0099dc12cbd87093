/** Residual networks for CIFAR: He et al. 2015, arXiv 1512.03385, section 4.2. */
import type * as tfl from '@tensorflow/tfjs-layers';
import { UsageError } from '../../runtime/errors.js';
import { type ResidualNetworkOptions, residualNetwork } from './residual-network.js';

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
  layers?: ResidualNetworkOptions['layers'];
}

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
  const { depth, width = 16, classes = 10, seed, layers } = options;
  if (!(Number.isSafeInteger((depth - 2) / 6) && depth > 2)) {
    throw new UsageError(`depth of a residual network is 8, 14, 20, … (6n + 2), not ${depth}.`);
  }
  const blocks = (depth - 2) / 6;
  return residualNetwork({ stages: 3, blocks, width, classes, seed, padding: 'same', layers });
}
