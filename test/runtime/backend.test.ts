import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { startBackend } from '../../src/runtime/backend.js';
import { rejection } from '../support/data-folders.js';
import { skip } from '../support/skip.js';

/** Runs the body of an async function in a new process: a backend is loaded once in each. */
function inNewProcess(body: string, env: NodeJS.ProcessEnv = {}) {
  const script = `(async () => {
    const { startBackend } = require('./src/runtime/backend.ts');
    const tf = require('@tensorflow/tfjs-core');
    ${body}
  })()`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
    cwd: join(__dirname, '..', '..'),
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { stdout, stderr };
}

async function needsNative(context: Mocha.Context) {
  const { name } = await startBackend();
  if (name !== 'tensorflow') skip(context, 'no native TensorFlow here');
}

describe('startBackend', () => {
  for (const backend of ['tensorflow', 'wasm', 'cpu'] as const) {
    it(`starts ${backend} without a word, with one copy of tf.js's core`, async function () {
      if (backend === 'tensorflow') await needsNative(this);
      const { stdout, stderr } = inNewProcess(`
        const { name } = await startBackend({ backend: '${backend}' });
        const product = tf.matMul([[2, 3]], [[5], [7]]).dataSync()[0];
        const copies = Object.keys(require.cache).filter((file) => /tf-core[^/]*$/.test(file));
        console.log(name, product, copies.length);`);
      expect(stderr).to.equal('');
      expect(stdout).to.equal(`${backend} 31 1\n`);
    });
  }

  it('takes native TensorFlow where there is one, and says where it came from', async function () {
    await needsNative(this);
    const { reason, native } = await startBackend();
    expect(native.source).to.be.oneOf(['official', 'wheel', 'gpu']);
    expect(native.version).to.match(/^\d+\.\d+\.\d+/);
    expect(reason).to.contain(native.version);
    expect(tf.getBackend()).to.equal('tensorflow');
  });

  it('falls back to WebAssembly where the native library does not load, and says why', async function () {
    await needsNative(this);
    const { stdout, stderr } = inNewProcess(`
      require.extensions['.node'] = () => { throw new Error('wrong ELF class'); };
      console.log(JSON.stringify(await startBackend()));`);
    expect(stderr).to.equal('');
    const { name, native, reason } = JSON.parse(stdout);
    expect(name).to.equal('wasm');
    expect(native).to.deep.equal({ source: 'none', version: null, kernels: false });
    expect(reason).to.contain('wrong ELF class. WebAssembly is').and.contain('slower');
  });

  it('fails where TensorFlow is asked for and does not load', async function () {
    await needsNative(this);
    const { stdout } = inNewProcess(`
      require.extensions['.node'] = () => { throw new Error('wrong ELF class'); };
      await startBackend({ backend: 'tensorflow' }).catch((error) => console.log(error.message));`);
    expect(stdout).to.contain('does not load').and.contain('wrong ELF class');
  });

  it('gives TensorFlow the threads asked for, and no others later', async function () {
    await needsNative(this);
    const { stdout } = inNewProcess(`
      const { threads } = await startBackend({ threads: 3 });
      const again = await startBackend();
      console.log(threads, again.threads, process.env.TF_NUM_INTRAOP_THREADS);
      await startBackend({ threads: 1 }).catch((error) => console.log(error.name, error.message));`);
    const [first, second] = stdout.trim().split('\n');
    expect(first).to.equal('3 3 3');
    expect(second).to.contain('UsageError').and.contain('already runs with 3 threads');
  });

  it("keeps to the user's own number of threads", async function () {
    await needsNative(this);
    const { stdout } = inNewProcess('console.log((await startBackend()).threads);', {
      TF_NUM_INTRAOP_THREADS: '1',
    });
    expect(stdout).to.equal('1\n');
  });

  it('refuses a number of threads that is none', async () => {
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      const error = await rejection(startBackend({ threads }));
      expect(error.name).to.equal('UsageError');
      expect(error.message).to.contain(`threads is ${threads}`);
    }
  });

  it('refuses a backend that does not exist', async () => {
    const error = await rejection(startBackend({ backend: 'webgl' as 'cpu' }));
    expect(error.name).to.equal('UsageError');
    expect(error.message).to.contain('webgl').and.contain('wasm');
  });
});
