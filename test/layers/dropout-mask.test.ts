import { expect } from 'chai';
import { dropoutMask } from '../../src/layers/dropout-mask.js';
import { randomStream } from '../../src/runtime/seeds.js';
import { onBestBackend } from '../support/backends.js';

describe('dropoutMask', () => {
  onBestBackend();

  it('holds 0 for the dropped share and 1 / (1 − rate) for the rest', () => {
    const mask = dropoutMask([4, 50, 100], 0.2, randomStream(1, 'mask'));
    const values = mask.dataSync();
    mask.dispose();
    expect([...new Set(values)].sort()).to.deep.equal([0, 1.25]);
    // 20,000 draws: the share's standard deviation is sqrt(0.2 · 0.8 / 20000) = 0.0028.
    const dropped = values.filter((v) => v === 0).length / values.length;
    expect(dropped).to.be.closeTo(0.2, 0.012);
  });
});
