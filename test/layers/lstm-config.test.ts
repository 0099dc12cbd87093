import { expect } from 'chai';
import { type LSTMConfig, ownOptions } from '../../src/layers/lstm-config.js';
import { UsageError } from '../../src/runtime/errors.js';

describe('ownOptions', () => {
  it('are shared masks and a seed, whatever else tf.layers is asked for', () => {
    const config: LSTMConfig = { units: 3, stateful: true, activation: 'relu', seed: 5 };
    expect(ownOptions(config)).to.deep.equal({ dropoutMasks: 'shared', seed: 5 });
    expect(ownOptions({ units: 3, dropoutMasks: 'perGate', seed: 0 })).to.deep.equal({
      dropoutMasks: 'perGate',
      seed: 0,
    });
  });

  it('draw a seed where none is given, so that two layers differ', () => {
    const seeds = [{}, {}, { seed: null }].map(
      (config) => ownOptions({ units: 3, ...config } as LSTMConfig).seed,
    );
    for (const seed of seeds) {
      expect(seed)
        .to.satisfy(Number.isSafeInteger)
        .and.to.be.within(0, 2 ** 31);
    }
    expect(new Set(seeds).size).to.equal(3);
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
      expect(() => ownOptions({ units: 2, ...config } as LSTMConfig)).to.throw(UsageError, message);
    });
  }
});
