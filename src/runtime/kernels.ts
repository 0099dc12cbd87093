/**
 * Kernels that tf.js's own backends lack or compute too slowly to train an embedding.
 *
 * The gradient of a lookup is `UnsortedSegmentSum`. The `wasm` backend has none, and `cpu` sums once
 * for each row of the table: 105 s for a single gradient of a table of 2,000 words.
 */

import {
  type DataType,
  getKernel,
  type KernelBackend,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  type TypedArray,
  UnsortedSegmentSum,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';

/** Registers them, in place of what is there; calling it again changes nothing. */
export function registerMissingKernels(): void {
  for (const backendName of ['wasm', 'cpu']) {
    const present = getKernel(UnsortedSegmentSum, backendName);
    if (present?.kernelFunc === unsortedSegmentSum) continue;
    if (present) unregisterKernel(UnsortedSegmentSum, backendName);
    registerKernel({
      kernelName: UnsortedSegmentSum,
      backendName,
      kernelFunc: unsortedSegmentSum,
    });
  }
}

/** Row s of the result is the sum of the rows of `x` whose segment id is s; other ids are left out. */
function unsortedSegmentSum(args: {
  inputs: NamedTensorInfoMap;
  backend: unknown;
  attrs?: NamedAttrMap;
}): TensorInfo {
  const { x, segmentIds } = args.inputs as { x: TensorInfo; segmentIds: TensorInfo };
  const { numSegments } = args.attrs as { numSegments: number };
  const backend = args.backend as ReadableBackend;
  const rowShape = x.shape.slice(segmentIds.shape.length);
  const width = util.sizeFromShape(rowShape);
  const shape = [numSegments, ...rowShape];

  const values = backend.readSync(x.dataId);
  const ids = backend.readSync(segmentIds.dataId);
  const sums = util.getTypedArrayFromDType(x.dtype as 'float32', numSegments * width);
  for (let row = 0, from = 0; row < ids.length; row++) {
    const segment = ids[row];
    if (segment < 0 || segment >= numSegments) {
      from += width;
      continue;
    }
    const to = segment * width;
    for (let i = 0; i < width; i++) sums[to + i] += values[from++];
  }
  return { dataId: backend.write(sums, shape, x.dtype), shape, dtype: x.dtype };
}

interface ReadableBackend extends KernelBackend {
  readSync(dataId: object): TypedArray;
  write(values: TypedArray, shape: number[], dtype: DataType): object;
}
