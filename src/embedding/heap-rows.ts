/** Rows in the heap of tf.js's `wasm` backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rows } from './rows.js';

/** The part of the `wasm` backend that shows where a tensor's data are. */
export interface WasmBackend {
  dataIdMap: { get(dataId: object): { refCount: number } };
  typedArrayFromHeap(tensor: tf.TensorInfo): tf.TypedArray;
}

/** Writes rows where the variable's data are: no kernel of this backend shares data but by reference. */
export class HeapRows implements Rows {
  constructor(
    private readonly variable: tf.Variable,
    private readonly backend: WasmBackend,
  ) {}

  gather(ids: tf.Tensor1D): tf.Tensor2D {
    return tf.gather(this.variable as tf.Tensor2D, ids);
  }

  scatter(ids: tf.Tensor1D, rows: tf.Tensor2D): void {
    if (this.backend.dataIdMap.get(this.variable.dataId).refCount > 1) {
      // Clones show these data: they keep them, and the variable gets a copy of its own.
      tf.tidy(() => this.variable.assign(tf.add(this.variable, 0)));
    }
    const width = this.variable.shape[1]!;
    const values = rows.dataSync();
    const table = this.backend.typedArrayFromHeap(this.variable);
    for (const [i, id] of ids.dataSync().entries()) {
      table.set(values.subarray(i * width, (i + 1) * width), id * width);
    }
  }

  add(ids: tf.Tensor1D, change: tf.Tensor2D): void {
    tf.tidy(() => this.scatter(ids, tf.add(this.gather(ids), change)));
  }

  release(): void {}
}
