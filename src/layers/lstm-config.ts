import type { layers } from '@tensorflow/tfjs-layers';
import { UsageError } from '../runtime/errors.js';

/** Options of `tf.layers.lstm`. */
export type StockLSTMConfig = Parameters<typeof layers.lstm>[0];

/** Options of {@link lstm}: those of `tf.layers.lstm`, with its defaults, and two more. */
export interface LSTMConfig extends StockLSTMConfig {
  /**
   * Whether every gate has dropout masks of its own, `'perGate'` (Keras 2.2), or all gates share
   * one, `'shared'` (later Keras and tf.js; the default).
   */
  dropoutMasks?: DropoutMasks;
  /**
   * Fixes the dropout masks, and the initial weights unless they have initializers of their own;
   * drawn at random if absent. Layers of one model need different ones (`deriveSeed`), or their masks
   * agree.
   */
  seed?: number;
}

/** A dropout mask of its own for each gate, as Keras 2.2 had them, or one for all of them. */
export type DropoutMasks = 'perGate' | 'shared';

/** What is ours alone. */
export type OwnOptions = Required<Pick<LSTMConfig, 'dropoutMasks' | 'seed'>>;

/**
 * Fills in our own options, and checks what tf.layers would take in silence.
 *
 * @throws UsageError for a value out of range.
 */
export function ownOptions(config: LSTMConfig): OwnOptions {
  // Null, as Keras 3 saves a seed that is not given, is no seed.
  const seed = config.seed ?? Math.floor(Math.random() * 2 ** 31);
  const dropoutMasks = config.dropoutMasks ?? 'shared';
  demand('seed', seed, Number.isSafeInteger(seed) && seed >= 0, 'a non-negative integer');
  demand(
    'dropoutMasks',
    dropoutMasks,
    ['perGate', 'shared'].includes(dropoutMasks),
    '"perGate" or "shared"',
  );
  for (const key of ['dropout', 'recurrentDropout'] as const) {
    const rate = config[key] ?? 0;
    demand(key, rate, rate >= 0 && rate < 1, 'at least 0 and below 1');
  }
  return { dropoutMasks, seed };
}

function demand(key: string, value: unknown, holds: boolean, wanted: string): void {
  if (!holds) {
    throw new UsageError(
      `${key} of an LSTM layer must be ${wanted}, but is ${JSON.stringify(value)}.`,
    );
  }
}
