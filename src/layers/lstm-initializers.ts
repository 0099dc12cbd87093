/** What an LSTM's kernels start from: tf.layers' default initializers, with a seed of the layer's. */
import { initializers } from '@tensorflow/tfjs-layers';
import { deriveSeed } from '../runtime/seeds.js';
import type { LSTMConfig } from './lstm-config.js';
import { Orthogonal } from './orthogonal.js';

type Key = 'kernelInitializer' | 'recurrentInitializer';

/** An initializer as tf.layers saves it. */
interface Saved {
  className?: string;
  config?: Record<string, unknown>;
}

interface Default {
  /** Whether a saved initializer, or one by name, is this one. */
  isIt(className: string | undefined, config: Record<string, unknown>): boolean;
  make(seed: number): LSTMConfig[Key];
  /** What its seed is derived for. */
  weights: string;
}

const DEFAULTS: Record<Key, Default> = {
  kernelInitializer: {
    isIt: (className, { scale, mode, distribution }) =>
      className === 'GlorotNormal' ||
      (className === 'VarianceScaling' &&
        scale === 1 &&
        mode === 'fanAvg' &&
        distribution === 'normal'),
    make: (seed) => initializers.glorotNormal({ seed }),
    weights: 'kernel',
  },
  recurrentInitializer: {
    isIt: (className, { gain }) => className === 'Orthogonal' && (gain ?? 1) === 1,
    // That of tf.layers takes seconds.
    make: (seed) => new Orthogonal({ seed }),
    weights: 'recurrent kernel',
  },
};

/**
 * An LSTM's options with seeded initializers wherever these are tf.layers' defaults.
 *
 * @param seed - for those that have none of their own.
 * @returns the options, and the initializers that have a seed derived from this one.
 */
export function seeded(config: LSTMConfig, seed: number): { options: LSTMConfig; derived: Key[] } {
  const options = { ...config };
  const derived: Key[] = [];
  for (const [key, { isIt, make, weights }] of Object.entries(DEFAULTS) as [Key, Default][]) {
    const { className, config: saved = {} } = savedForm(config[key]);
    const own = saved.seed as number | null | undefined;
    if (config[key] != null && !isIt(className, saved)) continue;
    options[key] = make(own ?? deriveSeed(seed, weights));
    if (own == null) derived.push(key);
  }
  return { options, derived };
}

/** Of an initializer by name too. */
const savedForm = (initializer: unknown): Saved =>
  typeof initializer === 'string'
    ? { className: initializer[0].toUpperCase() + initializer.slice(1) }
    : ((initializer ?? {}) as Saved);
