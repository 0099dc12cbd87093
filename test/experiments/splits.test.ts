import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { type CifarSplit, loadCifar } from '../../src/data/cifar.js';
import { loadImdb } from '../../src/data/imdb.js';
import { loadPtb } from '../../src/data/ptb.js';
import { imageBatches } from '../../src/experiments/cifar/images.js';
import { EXPERIMENTS, resolveConfig } from '../../src/experiments/config.js';
import type { Batch, Protocol } from '../../src/experiments/experiment.js';
import { holdOut } from '../../src/experiments/held-out.js';
import { onBestBackend } from '../support/backends.js';

/** The generated data of an experiment, as its runs get them. */
function load(experiment: string, optimizer: string, protocol?: Protocol) {
  const request = { experiment, optimizer, protocol, preset: 'smoke', data: 'synthetic' } as const;
  return EXPERIMENTS[experiment].load(resolveConfig(request), {});
}

/** The first numbers of a batch's x. */
const startOf = ({ x, y }: Batch, length: number) =>
  tf.tidy(() => {
    const values = Array.from(x.dataSync().subarray(0, length));
    tf.dispose([x, y]);
    return values;
  });

describe('An experiment is validated', () => {
  onBestBackend();

  it('on the test reviews', async () => {
    const { val } = await load('imdb', 'adam');
    // The preset keeps 40 words of a review, of 20,000 different ones.
    const { test } = await loadImdb({ numWords: 20_000, maxlen: 40, source: 'synthetic' });
    expect(startOf(val.at(0), 400)).to.deep.equal(Array.from(test.x.subarray(0, 400)));
  });

  it('on the test images, or on training images that are held out', async () => {
    const data = await loadCifar({ classes: 10, source: 'synthetic', train: 1_280, test: 1 });
    const image = (split: CifarSplit, i: number) =>
      startOf(imageBatches(split, 10)(Int32Array.of(i)), 3072);
    const { val } = await load('cifar10', 'sgd');
    expect(startOf(val.at(0), 3072)).to.deep.equal(image(data.test, 0));
    const heldOut = await load('cifar10', 'sgd', 'held-out');
    // A tenth of the preset's 1,280.
    const { out } = holdOut(data.train.labels, 128);
    expect(startOf(heldOut.val.at(0), 3072)).to.deep.equal(image(data.train, out[0]));
    expect(startOf(heldOut.test!.at(0), 3072)).to.deep.equal(image(data.test, 0));
  });

  it('on the validation text, and tested on the test text', async () => {
    const { val, test } = await load('ptb', 'sgd');
    const text = await loadPtb({ source: 'synthetic' });
    // The first of 20 rows, of which a batch has 20 words.
    expect(startOf(val.at(0), 20)).to.deep.equal(Array.from(text.valid.subarray(0, 20)));
    expect(startOf(test!.at(0), 20)).to.deep.equal(Array.from(text.test.subarray(0, 20)));
  });
});
