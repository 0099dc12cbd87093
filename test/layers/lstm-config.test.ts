import { expect } from 'chai';
import { type LSTMConfig, lstmOptions } from '../../src/layers/lstm-config.js';
import { UsageError } from '../../src/runtime/errors.js';

describe('lstmOptions', () => {
  it('fills in the defaults of tf.layers.lstm', () => {
    expect(lstmOptions({ units: 3, seed: 5 })).to.deep.equal({
      units: 3,
      activation: 'tanh',
      recurrentActivation: 'hardSigmoid',
      unitForgetBias: true,
      dropout: 0,
      recurrentDropout: 0,
      dropoutMasks: 'shared',
      returnSequences: false,
      seed: 5,
    });
  });

  it('draws a seed where none is given, so that two layers differ', () => {
    expect(lstmOptions({ units: 3 }).seed).not.to.equal(lstmOptions({ units: 3 }).seed);
  });

  const cases: [Record<string, unknown>, string][] = [
    [{}, 'units of an LSTM layer must be a positive integer, but is missing.'],
    [{ units: 2.5 }, 'units of an LSTM layer must be a positive integer, but is 2.5.'],
    [
      { units: 2, dropout: 1 },
      'dropout of an LSTM layer must be at least 0 and below 1, but is 1.',
    ],
    [
      { units: 2, recurrentDropout: -0.1 },
      'recurrentDropout of an LSTM layer must be at least 0 and below 1, but is -0.1.',
    ],
    [{ units: 2, seed: -1 }, 'seed of an LSTM layer must be a non-negative integer, but is -1.'],
    [
      { units: 2, activation: 'relu' },
      'activation of an LSTM layer must be "tanh", but is "relu".',
    ],
    [
      { units: 2, recurrentActivation: 'hard_sigmoid' },
      'recurrentActivation of an LSTM layer must be "hardSigmoid" or "sigmoid", but is "hard_sigmoid".',
    ],
    [
      { units: 2, dropoutMasks: 'one' },
      'dropoutMasks of an LSTM layer must be "perGate" or "shared", but is "one".',
    ],
  ];
  for (const [config, message] of cases) {
    it(`refuses ${JSON.stringify(config)}`, () => {
      expect(() => lstmOptions(config as unknown as LSTMConfig)).to.throw(UsageError, message);
    });
  }

  it('refuses an option of tf.layers.lstm that it does not have, and names those it has', () => {
    expect(() => lstmOptions({ units: 2, stateful: true } as LSTMConfig)).to.throw(
      UsageError,
      'An LSTM layer has no option "stateful"; it has units, activation,',
    );
  });
});
