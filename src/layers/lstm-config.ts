import type { layers } from '@tensorflow/tfjs-layers';
import { deriveSeed } from '../runtime/seeds.js';

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
   * agree; the two directions of `tf.layers.bidirectional` differ with the same one.
   */
  seed?: number;
}

/** A dropout mask of its own for each gate, as Keras 2.2 had them, or one for all of them. */
export type DropoutMasks = 'perGate' | 'shared';

/** What is ours alone. */
export type OwnOptions = Required<Pick<LSTMConfig, 'dropoutMasks'>> & Pick<LSTMConfig, 'seed'>;

/**
 * Fills in our own options, and checks what tf.layers would take in silence.
 *
 * @throws RangeError for a value out of range.
 */
export function ownOptions(config: LSTMConfig): OwnOptions {
  const { seed, dropoutMasks = 'shared' } = config;
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
  // Null, as Keras 3 saves a seed that is not given, is no seed.
  if (seed == null) return { dropoutMasks };
  demand('seed', seed, Number.isSafeInteger(seed) && seed >= 0, 'a non-negative integer');
  return { dropoutMasks, seed };
}

/**
 * What a layer's weights and masks are drawn from, by its own seed or at random.
 *
 * `tf.layers.bidirectional` makes both directions of one configuration: for them to differ, the seed
 * of the backward one is another.
 */
export function seedFor({ seed }: OwnOptions, goBackwards = false): number {
  const own = seed ?? Math.floor(Math.random() * 2 ** 31);
  return goBackwards ? deriveSeed(own, 'backwards') : own;
}

function demand(key: string, value: unknown, holds: boolean, wanted: string): void {
  if (!holds) {
    throw new RangeError(
      `${key} of an LSTM layer must be ${wanted}, but is ${JSON.stringify(value)}.`,
    );
  }
}
