import { expect } from 'chai';
import { type LSTMConfig, ownOptions, seedFor } from '../../src/layers/lstm-config.js';

describe('ownOptions', () => {
  it('are shared masks and a seed, whatever else tf.layers is asked for', () => {
    const config: LSTMConfig = { units: 3, stateful: true, activation: 'relu', seed: 5 };
    expect(ownOptions(config)).to.deep.equal({ dropoutMasks: 'shared', seed: 5 });
    expect(ownOptions({ units: 3, dropoutMasks: 'perGate', seed: 0 })).to.deep.equal({
      dropoutMasks: 'perGate',
      seed: 0,
    });
  });

  it('have no seed where none is given, nor where Keras 3 has saved none', () => {
    for (const config of [{}, { seed: null }] as Partial<LSTMConfig>[]) {
      expect(ownOptions({ units: 3, ...config })).to.deep.equal({ dropoutMasks: 'shared' });
    }
  });

  const cases: [Record<string, unknown>, string][] = [
    [{ dropout: 1 }, 'dropout of an LSTM layer must be at least 0 and below 1, but is 1.'],
    [
      { recurrentDropout: -0.1 },
      'recurrentDropout of an LSTM layer must be at least 0 and below 1, but is -0.1.',
    ],
    [{ seed: -1 }, 'seed of an LSTM layer must be a non-negative integer, but is -1.'],
    [{ seed: 0.5 }, 'seed of an LSTM layer must be a non-negative integer, but is 0.5.'],
    [
      { dropoutMasks: 'one' },
      'dropoutMasks of an LSTM layer must be "perGate" or "shared", but is "one".',
    ],
  ];
  for (const [config, message] of cases) {
    it(`refuse ${JSON.stringify(config)}`, () => {
      expect(() => ownOptions({ units: 2, ...config } as LSTMConfig)).to.throw(RangeError, message);
    });
  }
});

describe('seedFor', () => {
  it('is the seed that was given, and another one for a layer that goes backwards', () => {
    expect(seedFor({ dropoutMasks: 'shared', seed: 5 })).to.equal(5);
    const backwards = seedFor({ dropoutMasks: 'shared', seed: 5 }, true);
    expect(backwards).not.to.equal(5);
    expect(seedFor({ dropoutMasks: 'shared', seed: 5 }, true)).to.equal(backwards);
  });

  it('is drawn where none is given, so that two layers differ', () => {
    const seeds = [1, 2, 3].map(() => seedFor({ dropoutMasks: 'shared' }));
    for (const seed of seeds) {
      expect(seed)
        .to.satisfy(Number.isSafeInteger)
        .and.to.be.within(0, 2 ** 31);
    }
    expect(new Set(seeds).size).to.equal(3);
  });
});
