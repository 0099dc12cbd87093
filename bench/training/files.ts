/** What the sides share through a folder: batches, initial weights and gradients, as raw numbers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream } from '../../src/runtime/seeds.js';
import type { Workload } from './workloads.js';

/** Different batches; the steps go through them in a circle. */
export const BATCHES = 8;

/** Inputs and labels of all batches: word ids or images; sentiments, classes or next words. */
export interface Batches {
  x: Int32Array | Float32Array;
  /** Of one batch. */
  xShape: number[];
  y: Int32Array | Float32Array;
  yShape: number[];
}

/** The same ones at every call. Words have a probability proportional to 1 / (id + 1). */
export function makeBatches({ batch, model }: Workload): Batches {
  const random = randomStream(1, 'batches');
  const many = <T extends Int32Array | Float32Array>(array: T, draw: () => number) => {
    for (let i = 0; i < array.length; i++) array[i] = draw();
    return array;
  };
  if (model.family === 'cifar') {
    const xShape = [batch, 32, 32, 3];
    return {
      x: many(new Float32Array(BATCHES * batch * 32 * 32 * 3), random.normal),
      xShape,
      y: many(new Int32Array(BATCHES * batch), () => random.integer(model.classes)),
      yShape: [batch],
    };
  }
  const { vocabulary, time } = model;
  // The inverse of the distribution function ln(1 + id) / ln(1 + vocabulary).
  const word = () => Math.min(vocabulary - 1, Math.floor((vocabulary + 1) ** random.uniform() - 1));
  const x = many(new Int32Array(BATCHES * batch * time), word);
  return model.family === 'ptb'
    ? { x, xShape: [batch, time], y: many(x.slice(), word), yShape: [batch, time] }
    : {
        x,
        xShape: [batch, time],
        y: many(new Float32Array(BATCHES * batch), () => random.integer(2)),
        yShape: [batch, 1],
      };
}

/** A variable's name, `layer/weight`, and shape, as tf.layers has it. */
export interface Variable {
  name: string;
  shape: number[];
}

export const sizeOf = ({ shape }: Variable) => shape.reduce((a, b) => a * b, 1);

/** Writes the batches and how to read them. */
export function writeBatches(folder: string, { x, xShape, y, yShape }: Batches): void {
  writeFileSync(join(folder, 'x.bin'), x);
  writeFileSync(join(folder, 'y.bin'), y);
  const kind = (array: object) => (array instanceof Int32Array ? 'int32' : 'float32');
  const shapes = { x: { shape: xShape, dtype: kind(x) }, y: { shape: yShape, dtype: kind(y) } };
  writeFileSync(join(folder, 'batches.json'), JSON.stringify(shapes));
}

/** Arrays one after another. */
export function writeArrays(file: string, arrays: Float32Array[]): void {
  const bytes = (array: Float32Array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  writeFileSync(file, Buffer.concat(arrays.map(bytes)));
}

/** What `writeArrays` wrote, by variable. */
export function readArrays(file: string, variables: Variable[]): Float32Array[] {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  const all = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  let start = 0;
  return variables.map((variable) => {
    const end = start + sizeOf(variable);
    const array = all.subarray(start, end);
    start = end;
    return array;
  });
}
