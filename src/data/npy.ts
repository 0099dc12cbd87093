/** Reads the `.npy` files of numpy: a line of text that describes an array, then its bytes. */

import { readPickledIntLists } from './pickle.js';

interface Npy {
  /** numpy's type string: `<i8` is a little-endian 64-bit integer, `|O` a pickled object. */
  descr: string;
  /** Length of each axis. */
  shape: number[];
  /** What follows the header. */
  body: Uint8Array;
}

/**
 * Reads a one-dimensional array of lists of integers (an object array, pickled).
 *
 * @param bytes - the whole `.npy` file.
 * @throws Error with one clause that says what is wrong, for the caller to name the file.
 */
export function readNpyIntLists(bytes: Uint8Array): number[][] {
  const { descr, shape, body } = split(bytes);
  if (descr !== '|O' || shape.length !== 1) {
    throw new Error(`it holds ${describe(descr, shape)} instead of a list of pickled objects`);
  }
  const lists = readPickledIntLists(body);
  if (lists.length !== shape[0]) {
    throw new Error(`it announces ${shape[0]} lists and holds ${lists.length}`);
  }
  return lists;
}

/**
 * Reads a one-dimensional array of integers (8, 32 or 64 bits each).
 *
 * @param bytes - the whole `.npy` file.
 * @throws Error with one clause that says what is wrong, for the caller to name the file.
 */
export function readNpyIntegers(bytes: Uint8Array): number[] {
  const { descr, shape, body } = split(bytes);
  const type = INTEGERS[descr];
  if (type === undefined || shape.length !== 1) {
    throw new Error(`it holds ${describe(descr, shape)} instead of a list of integers`);
  }
  const [length] = shape;
  if (body.length !== length * type.bytes) {
    throw new Error(
      `it announces ${length} integers of ${type.bytes} bytes and holds ${body.length} bytes`,
    );
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return Array.from({ length }, (_, i) => type.read(view, i * type.bytes));
}

const INTEGERS: Record<string, { bytes: number; read: (view: DataView, at: number) => number }> = {
  '|u1': { bytes: 1, read: (view, at) => view.getUint8(at) },
  '|i1': { bytes: 1, read: (view, at) => view.getInt8(at) },
  '<i4': { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  '<i8': { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/** Takes the header off. Format: numpy's `numpy/lib/format.py`, versions 1 to 3. */
function split(bytes: Uint8Array): Npy {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.toString('latin1', 0, 6) !== '\x93NUMPY' || buffer.length < 12) {
    throw new Error('it is not a npy file');
  }
  const version = buffer[6];
  const start = version === 1 ? 10 : 12;
  const end = start + (version === 1 ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8));
  const header = buffer.toString('latin1', start, Math.min(end, start + MAX_HEADER));
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const shape = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (version < 1 || version > 3 || end > buffer.length || !descr || shape === undefined) {
    throw new Error('its npy header is damaged');
  }
  return {
    descr,
    shape: (shape.match(/\d+/g) ?? []).map(Number),
    body: bytes.subarray(end),
  };
}

/** Far more than the two lines that a header is. */
const MAX_HEADER = 10_000;

function describe(descr: string, shape: number[]): string {
  return `an array of type ${JSON.stringify(descr)} and shape (${shape.join(', ')})`;
}
