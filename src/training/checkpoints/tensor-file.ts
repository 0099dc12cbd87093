/**
 * Tensors and some text in one file, with a checksum: the format safetensors, which Python reads too.
 *
 *     8 bytes    length of the header, little-endian
 *     header     JSON: by name dtype, shape and place of each tensor; `__metadata__`, texts by name
 *     data       the tensors' bytes, one after the other
 *
 * The metadata's `sha256` is over the whole file with zeros in its own place.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../../runtime/sync-folder.js';

/** A tensor's elements. */
export type Elements = Float32Array | Int32Array | Uint8Array;

/** A tensor that can be written: its elements are asked for once, when it is its turn. */
export interface TensorSource {
  dtype: 'float32' | 'int32' | 'bool';
  shape: number[];
  elements(): Elements;
}

/** A tensor as it was read. */
export interface StoredTensor extends Omit<TensorSource, 'elements'> {
  elements: Elements;
}

/** What a file holds. */
export interface TensorFile {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

const TYPES = {
  float32: { code: 'F32', bytes: 4, array: Float32Array },
  int32: { code: 'I32', bytes: 4, array: Int32Array },
  bool: { code: 'BOOL', bytes: 1, array: Uint8Array },
} as const;

const LENGTH = 8;
const UNSIGNED = '0'.repeat(64);
const SIGNATURE = /"sha256":"([0-9a-f]{64})"/;

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes a file under another name and then gives it its own: whatever happens meanwhile, what is at
 * `path` is either what was there or the whole new file. One tensor at a time is held in memory.
 *
 * @throws Error of the file system; nothing is left under the other name.
 */
export function writeTensorFile(
  path: string,
  tensors: Map<string, TensorSource>,
  metadata: Record<string, string>,
): void {
  const partial = `${path}${PARTIAL}`;
  try {
    const file = openSync(partial, 'w');
    try {
      writeSigned(file, tensors, metadata);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Ends the name of a file that is being written. */
export const PARTIAL = '.partial';

function writeSigned(
  file: number,
  tensors: Map<string, TensorSource>,
  metadata: Record<string, string>,
): void {
  const unsigned = headerOf(tensors, { sha256: UNSIGNED, ...metadata });
  const hash = createHash('sha256').update(unsigned);
  let at = writeAll(file, unsigned, 0);
  for (const [name, { elements, shape, dtype }] of tensors) {
    const { buffer, byteOffset, byteLength } = elements();
    if (byteLength !== sizeOf(shape) * TYPES[dtype].bytes) {
      throw new Error(`${name} has ${byteLength} bytes, which is not what [${shape}] takes.`);
    }
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    hash.update(bytes);
    at += writeAll(file, bytes, at);
  }
  writeAll(file, headerOf(tensors, { sha256: hash.digest('hex'), ...metadata }), 0);
}

function headerOf(tensors: Map<string, TensorSource>, metadata: Record<string, string>): Buffer {
  let end = 0;
  const entries = [...tensors].map(([name, { dtype, shape }]): [string, Entry] => {
    const start = end;
    end += sizeOf(shape) * TYPES[dtype].bytes;
    return [name, { dtype: TYPES[dtype].code, shape, data_offsets: [start, end] }];
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const text = Buffer.from(json);
  // Blanks put the data at a multiple of 8, so that they can be viewed in place.
  const header = Buffer.alloc(LENGTH + 8 * Math.ceil(text.length / 8), ' ');
  header.writeBigUInt64LE(BigInt(header.length - LENGTH));
  text.copy(header, LENGTH);
  return header;
}

/** The system may write less than it is asked to, as when a disk fills up: the next call then says so. */
function writeAll(file: number, bytes: Uint8Array, position: number): number {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
  return bytes.length;
}

/**
 * Reads a file.
 *
 * @throws Error with the end of a sentence about the file when it is damaged.
 */
export function readTensorFile(path: string): TensorFile {
  // Bytes of its own: a small file's are otherwise part of a pool that others write to.
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer);
  const length = bytes.length < LENGTH ? Infinity : Number(view.getBigUint64(0, true));
  if (LENGTH + length > bytes.length) {
    throw new Error('is cut off');
  }
  const text = Buffer.from(bytes.buffer, LENGTH, length).toString('latin1');
  const signature = SIGNATURE.exec(text);
  if (signature === null) {
    throw new Error('has no checksum');
  }
  const place = LENGTH + signature.index + signature[0].indexOf(signature[1]);
  bytes.fill('0'.charCodeAt(0), place, place + signature[1].length);
  if (createHash('sha256').update(bytes).digest('hex') !== signature[1]) {
    throw new Error('does not have the content that its checksum is of');
  }
  const { __metadata__, ...entries } = JSON.parse(
    Buffer.from(bytes.buffer, LENGTH, length).toString(),
  ) as Record<string, Entry> & { __metadata__: Record<string, string> };
  const { sha256, ...metadata } = __metadata__;
  const tensors = Object.entries(entries).map(([name, { dtype, shape, data_offsets }]) => {
    const start = LENGTH + length + data_offsets[0];
    return [name, tensorAt(bytes, start, dtype, shape)] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

function tensorAt(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  code: string,
  shape: number[],
): StoredTensor {
  const dtype = (Object.keys(TYPES) as (keyof typeof TYPES)[]).find(
    (name) => TYPES[name].code === code,
  );
  if (dtype === undefined) {
    throw new Error(`has elements of type ${code}`);
  }
  const { array, bytes: width } = TYPES[dtype];
  const size = sizeOf(shape);
  // A view cannot start at any byte; after an odd number of booleans it would have to.
  const elements =
    start % width === 0
      ? new array(bytes.buffer, start, size)
      : new array(bytes.slice(start, start + size * width).buffer);
  return { dtype, shape, elements };
}

const sizeOf = (shape: number[]) => shape.reduce((size, length) => size * length, 1);
