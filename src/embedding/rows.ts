/** Reading and writing single rows of a variable in place, whatever the size of the table. */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend } from '../runtime/native-ops.js';
import { ArrayRows, type CpuBackend } from './array-rows.js';
import { CopiedRows } from './copied-rows.js';
import { HeapRows, type WasmBackend } from './heap-rows.js';
import { NativeRows } from './native-rows.js';

/** The rows of a variable of shape [vocabulary, width]. The variable always shows current values. */
export interface Rows {
  /** A copy of some rows, shape [ids.length, width]. @param ids - int32, in any order, also repeated. */
  gather(ids: tf.Tensor1D): tf.Tensor2D;
  /**
   * Writes some rows.
   *
   * @param ids - int32, each once.
   * @param rows - shape [ids.length, width].
   * @param counts - default true; false where the same step goes on to write these rows once more.
   */
  scatter(ids: tf.Tensor1D, rows: tf.Tensor2D, counts?: boolean): void;
  /** Adds to some rows, with the first two arguments of {@link scatter}. */
  add(ids: tf.Tensor1D, change: tf.Tensor2D): void;
  /** Leaves the variable as an ordinary one, with its values, and frees what stood behind it. */
  release(): void;
}

const known = new WeakMap<tf.Variable, { backend: unknown; rows: Rows }>();
const writes = new WeakMap<tf.Variable, number>();

/**
 * The rows of a variable, by the best means that the current backend has.
 *
 * Only what goes through these rows costs nothing for the rest of the table. Whatever else reads the
 * variable gets a copy of the whole table, made once between two writes.
 */
export function rowsOf(variable: tf.Variable): Rows {
  const backend = tf.backend();
  const before = known.get(variable);
  if (before?.backend === backend) {
    return before.rows;
  }
  before?.rows.release();
  const rows = counted(makeRows(variable, backend), variable);
  known.set(variable, { backend, rows });
  return rows;
}

/**
 * How often rows of a variable were written. With its `dataId`, which most of these writes leave as it
 * is, this tells whether a variable has changed.
 */
export const writesTo = (variable: tf.Variable): number => writes.get(variable) ?? 0;

/** Makes a variable an ordinary one again; nothing happens to one that already is. */
export function releaseRows(variable: tf.Variable): void {
  known.get(variable)?.rows.release();
  known.delete(variable);
}

/** Whether tensors can be read without waiting: not so on WebGPU, unless they never left JavaScript. */
export const canReadAtOnce = () => tf.getBackend() !== 'webgpu';

function makeRows(variable: tf.Variable, backend: unknown): Rows {
  const native = nativeBackend();
  if (native !== null) {
    return new NativeRows(variable, native);
  }
  switch (tf.getBackend()) {
    case 'cpu':
      return new ArrayRows(variable, backend as CpuBackend);
    case 'wasm':
      return new HeapRows(variable, backend as WasmBackend);
    default:
      return new CopiedRows(variable);
  }
}

function counted(rows: Rows, variable: tf.Variable): Rows {
  const count = () => writes.set(variable, writesTo(variable) + 1);
  return {
    gather: (ids) => rows.gather(ids),
    scatter(ids, values, counts = true) {
      if (counts) {
        count();
      }
      rows.scatter(ids, values);
    },
    add(ids, change) {
      count();
      rows.add(ids, change);
    },
    release: () => rows.release(),
  };
}
