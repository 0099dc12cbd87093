import * as tf from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { randomStream } from '../runtime/seeds.js';
import { dropoutMask } from './dropout-mask.js';
import { stockClass } from './stock-class.js';

type StockConfig = Parameters<typeof layers.dropout>[0];

const Stock = stockClass(layers.dropout, { rate: 0 });

/** Options of {@link dropout}. */
export interface SeededDropoutConfig extends Omit<StockConfig, 'noiseShape'> {
  /** Fixes the masks. Layers of one model need different ones (`deriveSeed`). */
  seed: number;
  /**
   * Of sequences, `[batch, time, size]`: whether a batch's mask is the same at every time step (Gal &
   * Ghahramani 2016, arXiv 1512.05287), instead of one drawn for each. Default false.
   */
  locked?: boolean;
}

/**
 * `tf.layers.dropout` with masks that depend on the seed and the number of the call alone. The stock
 * layer, given a seed, draws the same mask in every step.
 */
export class SeededDropout extends Stock {
  /** @nocollapse */
  static override className = 'SeededDropout';

  /** @nocollapse */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(config);
  }

  /** How often the layer has been called in training: set it when a run is resumed. */
  dropoutStep = 0;

  private readonly own: Required<Pick<SeededDropoutConfig, 'seed' | 'locked'>>;

  /** @throws RangeError for a value out of range. */
  constructor({ seed, locked = false, ...config }: SeededDropoutConfig) {
    super(config);
    if (!(config.rate >= 0 && config.rate < 1)) {
      throw new RangeError(
        `rate of a dropout layer must be at least 0 and below 1, but is ${config.rate}.`,
      );
    }
    this.own = { seed, locked };
  }

  override call(
    inputs: tf.Tensor | tf.Tensor[],
    kwargs: Record<string, unknown>,
  ): tf.Tensor | tf.Tensor[] {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    const { rate } = this as unknown as { rate: number };
    if (kwargs?.training !== true || rate === 0) {
      return x;
    }
    const random = randomStream(this.own.seed, 'dropout', this.dropoutStep);
    this.dropoutStep++;
    return tf.tidy(() => {
      const [batch, ...rest] = x.shape;
      const size = rest.at(-1)!;
      const between = rest.slice(0, -1).reduce((a, b) => a * b, 1);
      const mask = dropoutMask([batch, this.own.locked ? 1 : between, size], rate, random);
      const flat = tf.reshape(x, [batch, between, size]);
      return tf.reshape(tf.mul(flat, mask), x.shape);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.own };
  }
}

tf.serialization.registerClass(SeededDropout);

/**
 * A {@link SeededDropout} layer.
 *
 * @throws RangeError for a value out of range.
 * @example dropout({ rate: 0.5, seed: 1 })
 */
export function dropout(config: SeededDropoutConfig): SeededDropout {
  return new SeededDropout(config);
}
