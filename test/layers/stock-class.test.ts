import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { stockClass } from '../../src/layers/stock-class.js';

const ROOT = join(__dirname, '..', '..');

describe('stockClass', () => {
  it('is the class of the layers that a function of tf.layers makes', () => {
    const Dense = stockClass(layers.dense, { units: 1 });
    expect(layers.dense({ units: 2 }).constructor).to.equal(Dense);
    expect(Dense.className).to.equal('Dense');
  });

  it('leaves the numbers in the names of a program’s layers as they are without this library', () => {
    const ours = readdirSync(join(ROOT, 'src', 'layers')).map((file) => `./src/layers/${file}`);
    const script = `
      for (const file of ${JSON.stringify(ours)}) require(file);
      const { layers } = require('@tensorflow/tfjs-layers');
      const first = [
        layers.batchNormalization(),
        layers.conv2d({ filters: 1, kernelSize: 1 }),
        layers.dropout({ rate: 0 }),
        layers.lstm({ units: 1 }),
        layers.reLU(),
      ];
      console.log(first.map(({ name }) => name).join(' '));`;
    const names = execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(names.trim().split(' ')).to.deep.equal([
      'batch_normalization_BatchNormalization1',
      'conv2d_Conv2D1',
      'dropout_Dropout1',
      'lstm_LSTM1',
      're_lu_ReLU1',
    ]);
  });
});
