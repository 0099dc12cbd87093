import * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, nativeBackend, runOp } from '../runtime/native-ops.js';
import { refuseSecondDerivative } from './second-derivative.js';

/**
 * Softmax cross-entropy of class numbers, without one-hot targets:
 *
 *     loss[i] = log Σⱼ exp(logits[i, j]) − logits[i, labels[i]]
 *
 * Differentiable once, in the logits. On tfjs-node a kernel of our own computes it in one pass each
 * way, or else TensorFlow's op.
 *
 * @param logits - `[n, classes]`, float32.
 * @param labels - `[n]`, int32, from 0 to classes − 1. A label out of range gives a loss of NaN, or a
 *   failure of the native op: leave padding out before.
 * @returns the loss of each row, in nats, `[n]`: `tf.mean` of it is the usual loss of a batch.
 * @throws RangeError for other shapes.
 * @throws TypeError for labels of another type.
 *
 * @example const loss = tf.mean(sparseSoftmaxCrossEntropy(logits, labels)); // perplexity: exp(loss)
 */
export function sparseSoftmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  if (logits.rank !== 2 || labels.rank !== 1 || labels.shape[0] !== logits.shape[0]) {
    throw new RangeError(
      `Cross-entropy takes logits [n, classes] and labels [n], not [${logits.shape}] and [${labels.shape}].`,
    );
  }
  if (labels.dtype !== 'int32') {
    throw new TypeError(`Labels of cross-entropy are int32, not ${labels.dtype}.`);
  }
  const native = nativeBackend();
  const compute = native === null ? plainly : native.hasOwnKernels ? byKernel : byTensorFlow;
  return tf.customGrad((...args) => {
    const [scores, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    const { loss, kept, gradient } = compute(scores, labels, native!);
    save(kept);
    return {
      value: loss,
      gradFunc: (dy, saved) => {
        refuseSecondDerivative('sparseSoftmaxCrossEntropy');
        return gradient(dy as tf.Tensor1D, saved as tf.Tensor[]);
      },
    };
  })(logits) as tf.Tensor1D;
}

interface Computed {
  loss: tf.Tensor;
  /** What the gradient is computed from. */
  kept: tf.Tensor[];
  gradient(dy: tf.Tensor1D, kept: tf.Tensor[]): tf.Tensor;
}

function byKernel(logits: tf.Tensor2D, labels: tf.Tensor1D, native: NativeBackend): Computed {
  const [loss, sums] = runOp(native, 'LazyaheadCrossEntropy', [logits, labels], 2, {}, {});
  return {
    loss,
    kept: [logits, labels, sums],
    gradient: (dy, kept) => runOp(native, 'LazyaheadCrossEntropyGrad', [...kept, dy], 1, {}, {})[0],
  };
}

function byTensorFlow(logits: tf.Tensor2D, labels: tf.Tensor1D, native: NativeBackend): Computed {
  const [loss, gradient] = runOp(
    native,
    'SparseSoftmaxCrossEntropyWithLogits',
    [logits, labels],
    2,
  );
  return { loss, ...timesGradient(gradient) };
}

/** Where the gradient of the sum of the losses is known already. */
const timesGradient = (gradient: tf.Tensor): Omit<Computed, 'loss'> => ({
  kept: [gradient],
  gradient: (dy, [saved]) => tf.mul(saved, tf.expandDims(dy, 1)),
});

/** The gradient is softmax(logits) − 1 at the label. */
function plainly(logits: tf.Tensor2D, labels: tf.Tensor1D): Computed {
  const [n, classes] = logits.shape;
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logSum = tf.log(tf.sum(tf.exp(shifted), 1, true));
  const logProbability = tf.sub(shifted, logSum);
  // Beside a row's end stands the next row's first class: an index out of range would be that.
  const isClass = tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, classes));
  const inRange = tf.clipByValue(labels, 0, classes - 1);
  const where = tf.stack([tf.range(0, n, 1, 'int32'), tf.cast(inRange, 'int32')], 1);
  const loss = tf.where(isClass, tf.neg(tf.gatherND(logProbability, where)), Number.NaN);
  const ones = tf.where(isClass, tf.ones([n]), Number.NaN);
  const gradient = tf.sub(tf.exp(logProbability), tf.scatterND(where, ones, [n, classes]));
  return { loss, ...timesGradient(gradient) };
}
