/** ResNet-18 (He et al. 2015, arXiv 1512.03385) as it is used on CIFAR, also by the Lookahead paper. */
import type * as tfl from '@tensorflow/tfjs-layers';
import { residualNetwork } from './residual-network.js';

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
  return residualNetwork({ stages: 4, blocks: 2, width, classes, seed, padding: 'allSides' });
}
