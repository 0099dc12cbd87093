/**
 * Layers and losses that train faster on tfjs-node, for any tf.js program, in Node and in a browser.
 *
 * @module lazyahead/layers
 */
export {
  BatchNormalization,
  type BatchNormalizationConfig,
  batchNormalization,
} from './batch-normalization.js';
export { Conv2D, type Conv2DConfig, conv2d } from './conv2d.js';
export { sparseSoftmaxCrossEntropy } from './cross-entropy.js';
export { LSTM, lstm } from './lstm.js';
export type { DropoutMasks, LSTMConfig } from './lstm-config.js';
export { ReLU, type ReLUConfig, rectify, reLU } from './relu.js';
export { updateBatchNormalization } from './update-batch-normalization.js';
