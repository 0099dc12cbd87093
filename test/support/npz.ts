/** Writes the files that numpy writes, for tests of the readers. */

import { zipSync } from 'fflate';

const ascii = (text: string) => Buffer.from(text, 'latin1');

/** A pickle in pieces: text stands for its bytes, numbers are bytes. */
export function pickle(...pieces: (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) =>
      typeof piece === 'string'
        ? ascii(piece)
        : Buffer.from(typeof piece === 'number' ? [piece] : piece),
    ),
  );
}

/** What Python 2 writes before the items of an object array of n entries (protocol 2). */
export function python2Head(n: number): Buffer {
  return pickle(
    '\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03',
    '(K\x01J',
    int32(n),
    '\x85cnumpy\ndtype\nq\x04U\x02O8K\x00K\x01\x87Rq\x05',
    '(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89',
  );
}

/** An object array of lists of integers as Python 2 pickles it. */
export function python2Pickle(lists: number[][]): Buffer {
  const items = lists.map((list) =>
    Buffer.concat([ascii(']('), ...list.map((id) => pickle('J', int32(id))), ascii('e')]),
  );
  return Buffer.concat([python2Head(lists.length), ascii(']('), ...items, ascii('etb.')]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** A `.npy` file of format version 1. */
export function npy(descr: string, shape: string, body: Uint8Array): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = ascii(`${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`);
  const length = Buffer.from([header.length & 0xff, header.length >> 8]);
  return Buffer.concat([ascii('\x93NUMPY\x01\x00'), length, header, body]);
}

export function npyOfLists(lists: number[][]): Buffer {
  return npy('|O', `(${lists.length},)`, python2Pickle(lists));
}

export function npyOfInt64(values: number[]): Buffer {
  const body = Buffer.from(BigInt64Array.from(values, BigInt).buffer);
  return npy('<i8', `(${values.length},)`, body);
}

/** A compressed `.npz` of the given members (names without `.npy`). */
export function npz(members: Record<string, Uint8Array>): Buffer {
  const files = Object.entries(members).map(([name, bytes]) => [`${name}.npy`, bytes]);
  return Buffer.from(zipSync(Object.fromEntries(files), { level: 1 }));
}

/**
 * A stand-in for `imdb.npz` that has its counts: n + n reviews, alternately positive and negative.
 * Training review i is the words i + 1, i + 2, …, i + 4; test review i has them backwards, and the
 * other label.
 */
export function imdbNpz(n = 25_000): Buffer {
  const lists = Array.from({ length: n }, (_, i) => [i + 1, i + 2, i + 3, i + 4]);
  const labels = lists.map((_, i) => (i + 1) % 2);
  return npz({
    x_train: npyOfLists(lists),
    y_train: npyOfInt64(labels),
    x_test: npyOfLists(lists.map((list) => list.toReversed())),
    y_test: npyOfInt64(labels.map((label) => 1 - label)),
  });
}
