/** The process of ours or of stock tf.layers: reads a question a line, answers in a line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { Lookahead } from '../../src/index.js';
import { startBackend } from '../../src/runtime/backend.js';
import { BATCHES, readArrays, type Variable, writeArrays } from './files.js';
import { build, type Kind, namedVariables, optimizerOf } from './models.js';
import type { Check, Workload } from './workloads.js';

/** What the process is started for. */
export interface TfjsRequest {
  kind: Kind;
  folder: string;
  workload: Workload;
  threads: number;
  /** 'initial': to write the initial weights; 'lookahead': a second model, with Lookahead. */
  role: 'initial' | 'train' | 'lookahead';
}

export type Question =
  | { check: Check & { steps: number } }
  | { steps: number; lookahead?: boolean }
  | { memory: true };

/** Side of the square matrices whose product tells the machine's rate. */
const SQUARE = 1024;
const PRODUCTS = 40;

/** Keras adds Adam's ε elsewhere; with next to none that should not matter. */
const CHECK_EPSILON = 1e-12;

async function main({ kind, folder, workload, threads, role }: TfjsRequest): Promise<void> {
  await startBackend({ threads });
  if (role === 'initial') {
    const { model } = build(kind, workload.model);
    const named = namedVariables(model);
    const variables = named.map(({ name, variable }) => ({ name, shape: variable.shape }));
    writeFileSync(join(folder, 'initial.json'), JSON.stringify(variables));
    const values = named.map(({ variable }) => variable.dataSync() as Float32Array);
    writeArrays(join(folder, 'initial.bin'), values);
    console.log(JSON.stringify({ variables, productMs: productTimes() }));
    return;
  }
  const batches = readBatches(folder);
  const plain = trainer(kind, folder, workload);
  const wrapped = role === 'lookahead' ? trainer(kind, folder, workload) : null;
  const optimizer = optimizerOf(kind, workload, workload.rate);
  const lookahead = new Lookahead(optimizerOf(kind, workload, workload.rate), { k: 5 });
  let taken = 0;
  console.log('{}');
  for await (const line of createInterface(process.stdin)) {
    const question: Question = JSON.parse(line);
    let answer: object;
    if ('steps' in question) {
      const [which, how] = question.lookahead ? [wrapped!, lookahead] : [plain, optimizer];
      const ms = Array.from({ length: question.steps }, () => {
        const batch = batches[taken++ % BATCHES];
        const start = performance.now();
        which.step(how, batch);
        return performance.now() - start;
      });
      answer = { ms };
    } else if ('check' in question) {
      const { examples, rate, steps } = question.check;
      const [x, y] = [batches[0].x, batches[0].y].map((all) => tf.slice(all, 0, examples));
      writeArrays(join(folder, `${kind}.gradients`), plain.gradients({ x, y }));
      const checked = optimizerOf(kind, workload, rate, CHECK_EPSILON);
      answer = {
        losses: Array.from({ length: steps + 1 }, () => plain.step(checked, { x, y })),
      };
    } else {
      answer = { bytes: peakMemory() };
    }
    console.log(JSON.stringify(answer));
  }
}

interface Batch {
  x: tf.Tensor;
  y: tf.Tensor;
}

function trainer(kind: Kind, folder: string, workload: Workload) {
  const { model, loss } = build(kind, workload.model);
  const initial: Variable[] = JSON.parse(readFileSync(join(folder, 'initial.json'), 'utf8'));
  const values = readArrays(join(folder, 'initial.bin'), initial);
  const named = new Map(namedVariables(model).map(({ name, variable }) => [name, variable]));
  const inOrder = initial.map(({ name, shape }, i) => {
    const variable = named.get(name);
    if (variable === undefined) throw new Error(`the model has no variable ${name}.`);
    tf.tidy(() => variable.assign(tf.tensor(values[i], shape)));
    return variable;
  });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const lossOn = ({ x, y }: Batch) =>
    loss(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
  return {
    /** A training step. @returns the loss before it, which everything has been computed for. */
    step(optimizer: tf.Optimizer, batch: Batch): number {
      const value = optimizer.minimize(() => lossOn(batch), true, variables) as tf.Scalar;
      const [number] = value.dataSync();
      value.dispose();
      return number;
    },
    gradients(batch: Batch): Float32Array[] {
      const { value, grads } = tf.variableGrads(() => lossOn(batch), variables);
      const arrays = inOrder.map(({ name }) => grads[name].dataSync() as Float32Array);
      tf.dispose([value, grads]);
      return arrays;
    },
  };
}

function readBatches(folder: string): Batch[] {
  const shapes = JSON.parse(readFileSync(join(folder, 'batches.json'), 'utf8'));
  const tensors = (name: 'x' | 'y') => {
    const { shape, dtype } = shapes[name] as { shape: number[]; dtype: 'int32' | 'float32' };
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, `${name}.bin`));
    const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
    const all = dtype === 'int32' ? new Int32Array(bytes) : new Float32Array(bytes);
    const size = all.length / BATCHES;
    return Array.from({ length: BATCHES }, (_, i) =>
      tf.tensor(all.slice(i * size, (i + 1) * size), shape, dtype),
    );
  };
  const ys = tensors('y');
  return tensors('x').map((x, i) => ({ x, y: ys[i] }));
}

/** Times of square products, each of {@link SQUARE}³ multiply-adds. */
function productTimes(): number[] {
  return tf.tidy(() => {
    const [a, b] = [1, 2].map((seed) =>
      tf.randomNormal<tf.Rank.R2>([SQUARE, SQUARE], 0, 1, 'float32', seed),
    );
    return Array.from({ length: PRODUCTS }, () => {
      const start = performance.now();
      tf.matMul(a, b).dispose();
      return performance.now() - start;
    });
  });
}

/** In bytes. Linux counts what a process's parent held before it in `maxRSS`, but not here. */
function peakMemory(): number {
  try {
    const [, kB] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kB) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

void main(JSON.parse(process.argv[2]));
