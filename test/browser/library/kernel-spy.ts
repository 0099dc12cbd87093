/** Sees which of a backend's kernels run, and how much they make. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * The kernels that the current backend runs until a function is done.
 *
 * @returns for each kernel that ran, the number of elements of the largest tensor it made.
 */
export async function spyOnKernels(f: () => Promise<void>): Promise<Record<string, number>> {
  const largest: Record<string, number> = {};
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  const originals = kernels.map(({ kernelFunc }) => kernelFunc);
  for (const [i, kernel] of kernels.entries()) {
    const { kernelName } = kernel;
    kernel.kernelFunc = (args) => {
      const made = originals[i](args);
      const sizes = [made].flat().map(({ shape }) => tf.util.sizeFromShape(shape));
      largest[kernelName] = Math.max(largest[kernelName] ?? 0, ...sizes);
      return made;
    };
  }
  try {
    await f();
  } finally {
    for (const [i, kernel] of kernels.entries()) {
      kernel.kernelFunc = originals[i];
    }
  }
  return largest;
}
