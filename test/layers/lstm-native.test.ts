import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { nativeBackend, runOp } from '../../src/runtime/native-ops.js';
import { onBestBackend } from '../support/backends.js';
import { normal, useKernels } from './recurrences.js';

const [BATCH, TIME, UNITS] = [5, 3, 4];

type Shapes = Record<string, number[]>;

/** By input of the ops, in their order. */
const FORWARD: Shapes = {
  projected: [BATCH, TIME, 4 * UNITS],
  recurrent: [UNITS, 4 * UNITS],
  h0: [BATCH, UNITS],
  c0: [BATCH, UNITS],
  hMask: [0],
  seen: [0],
};

const BACKWARD: Shapes = {
  recurrent: [UNITS, 4 * UNITS],
  c: [BATCH, TIME + 1, UNITS],
  gates: [BATCH, TIME, 4, UNITS],
  dh: [BATCH, TIME, UNITS],
  dcLast: [BATCH, UNITS],
  hMask: [0],
  seen: [0],
};

function call(name: string, shapes: Shapes): number[][] {
  return tf.tidy(() => {
    const inputs = Object.values(shapes).map((shape, n) => normal(shape, n));
    return runOp(nativeBackend()!, name, inputs, 3, {}, {}).map(({ shape }) => shape);
  });
}

describe('The kernels of an LSTM', () => {
  onBestBackend();
  useKernels(true);

  it('take inputs of these shapes', () => {
    const states = [BATCH, TIME + 1, UNITS];
    expect(call('LazyaheadLSTM', FORWARD)).to.deep.equal([states, states, BACKWARD.gates]);
    const state = [BATCH, UNITS];
    expect(call('LazyaheadLSTMGrad', BACKWARD)).to.deep.equal([FORWARD.projected, state, state]);
    expect(call('LazyaheadLSTMGrad', { ...BACKWARD, dh: state })[1]).to.deep.equal(state);
  });

  for (const [op, shapes, wrong] of [
    [
      'LazyaheadLSTM',
      FORWARD,
      [
        { projected: [BATCH, 4 * UNITS] },
        { projected: [BATCH, TIME, 4 * UNITS + 2] },
        { projected: [2, BATCH, TIME, UNITS] },
        { recurrent: [UNITS, 3 * UNITS] },
        { recurrent: [4 * UNITS] },
        { h0: [BATCH - 1, UNITS] },
        { h0: [1] },
        { c0: [BATCH, UNITS + 1] },
        { hMask: [2, BATCH, UNITS] },
        { hMask: [4, BATCH, UNITS - 1] },
        { hMask: [BATCH, UNITS] },
        { seen: [BATCH, TIME - 1] },
        { seen: [BATCH] },
      ],
    ],
    [
      'LazyaheadLSTMGrad',
      BACKWARD,
      [
        { recurrent: [UNITS - 1, 4 * UNITS] },
        { c: [BATCH, TIME, UNITS] },
        { gates: [BATCH, TIME, 4 * UNITS] },
        { gates: [BATCH, TIME, 1, UNITS] },
        { gates: [0] },
        { dh: [BATCH, TIME + 1, UNITS] },
        { dh: [BATCH, UNITS - 1] },
        { dcLast: [BATCH] },
        { hMask: [1, BATCH, 1] },
        { hMask: [BATCH, UNITS] },
        { seen: [TIME, BATCH] },
      ],
    ],
  ] as [string, Shapes, Shapes[]][]) {
    it(`are refused others, instead of reading beyond them: ${op}`, () => {
      for (const one of wrong) {
        const attempt = () => call(op, { ...shapes, ...one });
        expect(attempt, JSON.stringify(one)).to.throw(/do not fit together|must be \[/);
      }
    });
  }

  it('are refused integers', () => {
    tf.tidy(() => {
      const inputs = Object.values(FORWARD).map((shape) => tf.zeros(shape, 'int32'));
      const attempt = () => runOp(nativeBackend()!, 'LazyaheadLSTM', inputs, 3, {}, {});
      expect(attempt).to.throw('float');
    });
  });

  it('compute the same bits however many threads there are', async () => {
    // 19 examples are five blocks of rows, the last one not full; 13 units are not whole registers.
    const script = `(async () => {
      const { createHash } = require('node:crypto');
      const tf = require('@tensorflow/tfjs-core');
      const { startBackend } = require('./src/runtime/backend.ts');
      const { nativeBackend } = require('./src/runtime/native-ops.ts');
      const { nativeRecurrence } = require('./src/layers/lstm-native.ts');
      const { threads } = await startBackend({ backend: 'tensorflow' });
      const { forward, backward } = nativeRecurrence(nativeBackend());
      const random = (shape, seed) => tf.randomNormal(shape, 0, 1, 'float32', seed);
      const inputs = { recurrentKernel: random([13, 52], 1), recurrentActivation: 'sigmoid' };
      const states = [random([19, 13], 2), random([19, 13], 3)];
      const there = forward(random([1, 19, 4, 52], 4), states, inputs, true);
      const back = backward(there, random([19, 4, 13], 5), random([19, 13], 6), inputs, 1);
      const hash = createHash('sha256');
      const all = [there.h, there.c, ...there.trace, back.dz, back.dh0, back.dc0];
      for (const tensor of all) hash.update(tensor.dataSync());
      console.log(threads, hash.digest('hex'));
    })()`;
    const withThreads = (threads: number) =>
      new Promise<string>((resolve, reject) => {
        const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
          cwd: join(__dirname, '..', '..'),
          env: { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads) },
        });
        let printed = '';
        child.stdout.on('data', (text) => {
          printed += text;
        });
        child.stderr.on('data', (text) => {
          printed += text;
        });
        child.on('error', reject).on('close', () => resolve(printed.trim()));
      });
    const [one, three] = await Promise.all([withThreads(1), withThreads(3)]);
    expect(one).to.match(/^1 [0-9a-f]{64}$/);
    expect(three).to.equal(one.replace(/^1/, '3'));
  });
});
