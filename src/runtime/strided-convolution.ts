/**
 * A gradient that oneDNN computes beside its memory.
 *
 * oneDNN 3.7.3, which TensorFlow 2.21 has in it, writes past the end of a buffer where it takes the
 * gradient of the filter of a 1 × 1 convolution with a stride, of less than 8 channels, by AVX2: the
 * process dies in some later call (`malloc_consolidate(): invalid chunk size`). Such a convolution reads
 * nothing but every s-th pixel: its gradient is that without a stride on these pixels alone.
 */
import * as tf from '@tensorflow/tfjs-core';

/** oneDNN's block of channels by AVX2: with fewer it fills up, and that is where it fails. */
const BLOCK = 8;

interface Attributes {
  strides: number | [number, number];
  pad: unknown;
  dataFormat: 'NHWC' | 'NCHW';
  filterShape: [number, number, number, number];
}

/** Puts it in place of tfjs-node's kernel, once for the process. */
export function guardStridedConvolutions(): void {
  const { Conv2DBackpropFilter: kernelName } = tf;
  const backendName = 'tensorflow';
  const stock = tf.getKernel(kernelName, backendName)!;
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    ...stock,
    kernelFunc: (args) => {
      const attributes = args.attrs as unknown as Attributes;
      if (!isExposed(attributes)) return stock.kernelFunc(args);
      const { x, dy } = args.inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const [down, right = down] = [attributes.strides].flat();
      // It starts at the first pixel under either padding, for a filter of one pixel needs none.
      const read = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, down, right, 1]);
      const attrs = { ...args.attrs, strides: [1, 1] };
      const gradient = stock.kernelFunc({ ...args, inputs: { x: read, dy }, attrs });
      read.dispose();
      return gradient;
    },
  });
}

function isExposed({ strides, dataFormat, filterShape }: Attributes): boolean {
  const [height, width, channels] = filterShape;
  return (
    dataFormat === 'NHWC' &&
    Math.max(...[strides].flat()) > 1 &&
    height === 1 &&
    width === 1 &&
    channels < BLOCK
  );
}
