import * as tf from '@tensorflow/tfjs';
import { expect } from 'chai';
import { displayOf } from '../../../src/kernel/values/display-of.js';
import { startBackend } from '../../../src/runtime/backend.js';
import type { MimeBundle } from '../../../src/runtime/cell-api.js';

/** Shows it, and lets go of it. */
async function shown(tensor: tf.Tensor): Promise<MimeBundle> {
  const bundle = await displayOf(tensor);
  tensor.dispose();
  return bundle;
}

describe('a tensor', () => {
  before(() => startBackend());

  it('is its shape, type and values', async () => {
    const matrix = await shown(tf.tensor2d([0.1, 2, -3, 1e-7], [2, 2]));
    expect(matrix['text/plain']).to.equal(
      ['Tensor float32 [2, 2]', '     0     1', '0  0.1     2', '1   -3  1e-7'].join('\n'),
    );
    expect(matrix['text/html']).to.include('<td style="text-align:right">0.1</td>');
    expect((await shown(tf.scalar(3, 'int32')))['text/plain']).to.equal('Tensor int32 []: 3');
    const list = await shown(tf.tensor1d([1_234_567_890, 2], 'int32'));
    expect(list['text/plain']).to.match(/ 1234567890 {2}2$/);
    expect((await shown(tf.zeros([0, 3])))['text/plain']).to.equal('Tensor float32 [0, 3]');
  });

  it('of texts, truth values or complex numbers is shown as such', async () => {
    const texts = await shown(tf.tensor1d(['<b>', 'ü']));
    expect(texts['text/plain']).to.equal('Tensor string [2]\n  0    1\n  <b>  ü');
    expect(texts['text/html']).to.include('>&lt;b&gt;<');
    const bools = await shown(tf.tensor1d([true, false], 'bool'));
    expect(bools['text/plain']).to.match(/ true {2}false$/);
    const complex = await shown(tf.complex([1, 2], [3, -4]));
    expect(complex['text/plain']).to.match(/ 1 \+ 3i {2}2 − 4i$/);
  });

  it('that is large gives its first values alone, and nothing stays in memory', async () => {
    const tensor = tf.range(0, 2 * 3 * 500 * 400).reshape([2, 3, 500, 400]);
    const before = tf.memory().numTensors;
    const read: number[] = [];
    const slice = tensor.slice.bind(tensor);
    Object.assign(tensor, {
      data: () => expect.fail('all of it was read'),
      slice(begin: number[], size: number[]) {
        const part = slice(begin, size);
        read.push(part.size);
        return part;
      },
    });
    const { 'text/plain': text } = await displayOf(tensor);
    expect(tf.memory().numTensors).to.equal(before);
    tensor.dispose();
    expect(read).to.deep.equal([8 * 8]);
    const lines = text.split('\n');
    // A title, column numbers, eight rows, a note; row 7 begins at 7 · 400.
    expect(lines).to.have.lengthOf(11);
    expect(lines[9]).to.match(/^7 +2800 +2801 .* 2807 {2}…$/);
    expect(lines[10]).to.equal('shown: 8 of 500 rows, 8 of 400 columns, the first of 6 matrices');
  });

  it('shows the right values also where it is read as a whole', async () => {
    const { 'text/plain': text } = await shown(tf.range(0, 9 * 10).reshape([9, 10]));
    expect(text.split('\n')[9]).to.match(/^7 +70 +71 .* 77 {2}…$/);
  });

  it('that cannot be cut, for want of tf.js’s chained operations, is not read when it is large', async () => {
    const tensor = tf.zeros([600, 500]);
    Object.assign(tensor, { slice: undefined, data: () => expect.fail('it was read') });
    expect((await shown(tensor))['text/plain']).to.equal(
      'Tensor float32 [600, 500]: too many values to show',
    );
  });

  it('that was disposed says so', async () => {
    const tensor = tf.zeros([2]);
    tensor.dispose();
    expect(await displayOf(tensor)).to.deep.equal({
      'text/plain': 'Tensor float32 [2] (disposed)',
    });
  });

  it('whose values cannot be read says why', async () => {
    const tensor = tf.zeros([2]);
    Object.assign(tensor, { data: () => Promise.reject(new Error('the context was lost')) });
    expect((await shown(tensor))['text/plain']).to.equal(
      'Tensor float32 [2]: its values cannot be read: Error: the context was lost',
    );
  });

  it('that is a variable has its name', async () => {
    const variable = tf.variable(tf.ones([2]), false, 'moving-mean');
    expect((await shown(variable))['text/plain']).to.match(
      /^Variable moving-mean float32 \[2\] \(not trainable\)\n/,
    );
  });
});

describe('a model', () => {
  it('is its summary, its weights a list', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    // Weights 3 · 2, biases 2.
    expect((await displayOf(model))['text/plain']).to.include('Total params: 8');
    const weights = (await displayOf(model.getWeights()))['text/plain'].split('\n');
    expect(weights[0]).to.equal('   2 tensors');
    expect(weights[1]).to.match(/^0 {2}Variable .*kernel float32 \[3, 2\]$/);
    model.dispose();
    const unbuilt = await displayOf(tf.sequential({ name: 'empty' }));
    expect(unbuilt['text/plain']).to.match(/^Model empty, without a summary: \w+: /);
  });
});
