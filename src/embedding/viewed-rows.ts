/** Rows that live outside of tf.js's tensors, behind a variable that shows them when it is read. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rows } from './rows.js';

/** What a backend keeps about the data of a tensor. Reading `values` makes the data be there. */
export interface DataEntry {
  refCount: number;
  values: tf.TypedArray | null;
}

/**
 * Rows kept in memory that may be written to, which tf.js's tensors may not: their data are shared
 * with clones, slices and reshaped twins.
 *
 * The variable gets an entry in the backend's storage that holds no data. Whatever reads it, a
 * kernel, `dataSync` or `model.save`, asks the entry for its `values`; the entry then makes a copy
 * of the rows as they are, which is dropped at the next write. So tensors that share data with the
 * variable keep what they had, and a step that reads no whole table never copies one.
 */
export abstract class ViewedRows implements Rows {
  private dataId: object | null = null;
  private entry: DataEntry | null = null;

  constructor(protected readonly variable: tf.Variable) {}

  gather(ids: tf.Tensor1D): tf.Tensor2D {
    this.attach();
    return this.read(ids);
  }

  scatter(ids: tf.Tensor1D, rows: tf.Tensor2D): void {
    this.beforeWrite();
    this.write(ids, rows);
  }

  add(ids: tf.Tensor1D, change: tf.Tensor2D): void {
    this.beforeWrite();
    this.writeSum(ids, change);
  }

  private beforeWrite(): void {
    this.attach();
    if (this.entry!.refCount > 1) {
      // Clones show these data: they keep them, and the variable gets an entry of its own.
      this.detach();
      this.show();
    } else {
      this.dropCopy(this.entry!);
    }
  }

  release(): void {
    this.detach();
    this.free();
  }

  /** Takes the variable's values over unless its rows are here already. */
  private attach(): void {
    // Not so at first, and after another value was assigned to the variable.
    const isShown = this.dataId !== null && this.variable.dataId === this.dataId;
    if (!isShown) {
      this.detach();
      this.load(this.variable);
      this.show();
    }
  }

  private show(): void {
    const { dataId, entry } = this.makeEntry();
    const { shape, dtype } = this.variable;
    const view = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
    this.variable.assign(view);
    view.dispose();
    this.dataId = dataId;
    this.entry = entry;
    this.freeWith(entry);
  }

  /** Frees the rows as soon as no tensor has the entry: the variable was disposed or assigned to. */
  private freeWith(entry: DataEntry): void {
    let count = entry.refCount;
    Object.defineProperty(entry, 'refCount', {
      get: () => count,
      set: (value: number) => {
        count = value;
        if (count === 0 && this.entry === entry) {
          this.release();
        }
      },
    });
  }

  /** Makes the entry an ordinary one that holds the present values, if any tensor still has it. */
  private detach(): void {
    if (this.entry !== null && this.entry.refCount > 0) {
      const { values } = this.entry;
      Object.defineProperty(this.entry, 'values', { value: values, writable: true });
    }
    this.dataId = null;
    this.entry = null;
  }

  /** Takes over a tensor's values, in memory of its own. */
  protected abstract load(table: tf.Tensor): void;

  protected abstract read(ids: tf.Tensor1D): tf.Tensor2D;

  protected abstract write(ids: tf.Tensor1D, rows: tf.Tensor2D): void;

  protected abstract writeSum(ids: tf.Tensor1D, change: tf.Tensor2D): void;

  /** An entry of the backend's storage, with one reference, that copies the rows when it is read. */
  protected abstract makeEntry(): { dataId: object; entry: DataEntry };

  /** Forgets the copy that an entry may have made. */
  protected abstract dropCopy(entry: DataEntry): void;

  /** Frees the memory of the rows, if there is any. */
  protected abstract free(): void;
}
