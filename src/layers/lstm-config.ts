import type { layers } from '@tensorflow/tfjs-layers';
import { UsageError } from '../runtime/errors.js';
import type { RecurrentActivation } from './lstm-sequence.js';

type LayerConfig = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** Options of `lstm`, beside those of every layer (`name`, `inputShape`, …). */
export interface LSTMConfig extends LayerConfig {
  /** Size of the output and of both states. */
  units: number;
  /** Only `'tanh'`, which is the default. */
  activation?: 'tanh';
  /** The gates' activation: `'hardSigmoid'` (Keras 2, tf.js; the default) or `'sigmoid'`. */
  recurrentActivation?: RecurrentActivation;
  /** Start the forget gate's bias at 1 (the default) instead of 0. */
  unitForgetBias?: boolean;
  /** Fraction of the inputs dropped in training, in [0, 1); 0 if absent. */
  dropout?: number;
  /** Fraction of the recurrent inputs dropped in training, in [0, 1); 0 if absent. */
  recurrentDropout?: number;
  /**
   * Whether every gate has dropout masks of its own, `'perGate'` (Keras 2.2), or all gates share
   * one, `'shared'` (later Keras and tf.js; the default).
   */
  dropoutMasks?: 'perGate' | 'shared';
  /** Output every time step, `[batch, time, units]`, instead of the last, `[batch, units]`. */
  returnSequences?: boolean;
  /**
   * Fixes the initial weights and the dropout masks; drawn at random if absent. Layers of one model
   * need different ones (`deriveSeed`), or their masks agree.
   */
  seed?: number;
}

/** An LSTM layer's own options, all given: what its saved configuration holds. */
export type LSTMOptions = Required<Omit<LSTMConfig, keyof LayerConfig>>;

/** What the base class understands, and what tf.js adds to a configuration that it loads. */
const LAYER_OPTIONS = [
  ...['name', 'trainable', 'inputShape', 'batchInputShape', 'batchSize', 'dtype', 'inputDType'],
  ...['updatable', 'weights', 'customObjects'],
];

/**
 * Fills in the defaults.
 *
 * @throws UsageError for an unknown option or a value out of range.
 */
export function lstmOptions(config: LSTMConfig): LSTMOptions {
  const options: LSTMOptions = {
    units: config.units,
    activation: config.activation ?? 'tanh',
    recurrentActivation: config.recurrentActivation ?? 'hardSigmoid',
    unitForgetBias: config.unitForgetBias ?? true,
    dropout: config.dropout ?? 0,
    recurrentDropout: config.recurrentDropout ?? 0,
    dropoutMasks: config.dropoutMasks ?? 'shared',
    returnSequences: config.returnSequences ?? false,
    seed: config.seed ?? Math.floor(Math.random() * 2 ** 31),
  };
  const known = Object.keys(options);
  const unknown = Object.keys(config).find((key) => ![...known, ...LAYER_OPTIONS].includes(key));
  if (unknown !== undefined) {
    throw new UsageError(`An LSTM layer has no option "${unknown}"; it has ${known.join(', ')}.`);
  }

  const isInteger = (value: unknown, least: number) =>
    Number.isSafeInteger(value) && (value as number) >= least;
  const isRate = (value: unknown) => typeof value === 'number' && value >= 0 && value < 1;
  demand('units', isInteger(options.units, 1), 'a positive integer');
  demand('seed', isInteger(options.seed, 0), 'a non-negative integer');
  demand('dropout', isRate(options.dropout), 'at least 0 and below 1');
  demand('recurrentDropout', isRate(options.recurrentDropout), 'at least 0 and below 1');
  demandOneOf('activation', ['tanh']);
  demandOneOf('recurrentActivation', ['hardSigmoid', 'sigmoid']);
  demandOneOf('dropoutMasks', ['perGate', 'shared']);
  demandOneOf('unitForgetBias', [true, false]);
  demandOneOf('returnSequences', [true, false]);
  return options;

  function demandOneOf(key: keyof LSTMOptions, values: unknown[]): void {
    demand(key, values.includes(options[key]), values.map((v) => JSON.stringify(v)).join(' or '));
  }
  function demand(key: keyof LSTMOptions, holds: boolean, wanted: string): void {
    if (!holds) {
      const got = JSON.stringify(options[key]) ?? 'missing';
      throw new UsageError(`${key} of an LSTM layer must be ${wanted}, but is ${got}.`);
    }
  }
}
