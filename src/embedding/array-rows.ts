/** Rows in a typed array, for tf.js's `cpu` backend. */
import * as tf from '@tensorflow/tfjs-core';
import { type DataEntry, ViewedRows } from './viewed-rows.js';

/** The part of tf.js's `cpu` backend that stores data. */
export interface CpuBackend {
  data: { get(dataId: object): DataEntry };
  write(values: tf.TypedArray, shape: number[], dtype: tf.DataType): object;
}

interface ArrayEntry extends DataEntry {
  /** The copy made for readers, if any did read. */
  copy: Float32Array | null;
}

/** Gathers and scatters rows by copying them. */
export class ArrayRows extends ViewedRows {
  private table = new Float32Array(0);
  private readonly width: number;

  constructor(
    variable: tf.Variable,
    private readonly backend: CpuBackend,
  ) {
    super(variable);
    this.width = variable.shape[1]!;
  }

  protected load(table: tf.Tensor): void {
    this.table = (table.dataSync() as Float32Array).slice();
  }

  protected read(ids: tf.Tensor1D): tf.Tensor2D {
    const { table, width } = this;
    const rows = new Float32Array(ids.size * width);
    for (const [i, id] of ids.dataSync().entries()) {
      rows.set(table.subarray(id * width, (id + 1) * width), i * width);
    }
    return tf.tensor2d(rows, [ids.size, width]);
  }

  protected write(ids: tf.Tensor1D, rows: tf.Tensor2D): void {
    const { table, width } = this;
    const values = rows.dataSync();
    for (const [i, id] of ids.dataSync().entries()) {
      table.set(values.subarray(i * width, (i + 1) * width), id * width);
    }
  }

  protected writeSum(ids: tf.Tensor1D, change: tf.Tensor2D): void {
    tf.tidy(() => this.write(ids, tf.add(this.read(ids), change)));
  }

  protected makeEntry(): { dataId: object; entry: ArrayEntry } {
    const dataId = this.backend.write(new Float32Array(0), this.variable.shape, 'float32');
    const current = () => this.table.slice();
    const entry = Object.assign(this.backend.data.get(dataId), { copy: null }) as ArrayEntry;
    Object.defineProperty(entry, 'values', {
      configurable: true,
      get() {
        entry.copy ??= current();
        return entry.copy;
      },
    });
    return { dataId, entry };
  }

  protected dropCopy(entry: ArrayEntry): void {
    entry.copy = null;
  }

  protected free(): void {
    this.table = new Float32Array(0);
  }
}
