/** A learning rate that falls when a metric stops getting better. */
import { isLearningRate } from './learning-rate.js';

/** Options of {@link reduceOnPlateau}. */
export interface PlateauOptions {
  /** The rate to begin with. */
  initial: number;
  /** What the rate is multiplied by, between 0 and 1. Default 0.1. */
  factor?: number;
  /**
   * The number of updates in a row without improvement at which the rate is reduced, an integer ≥ 1.
   * Default 10. Keras and `tf.callbacks.earlyStopping` count so; PyTorch's `patience` is one less.
   */
  patience?: number;
  /** What the metric must get better by to count as an improvement, ≥ 0. Default 1e-4. */
  minDelta?: number;
  /** Whether smaller or larger is better. Default `min`. */
  mode?: 'min' | 'max';
  /** Number of updates after a reduction that do not count as being without improvement. Default 0. */
  cooldown?: number;
  /** The rate below which it is not reduced. Default 0. */
  minimum?: number;
}

/** A learning rate that depends on a metric. */
export interface Plateau {
  /** The rate as it is now. */
  readonly rate: number;
  /**
   * Takes note of the metric, and reduces the rate when it is time.
   *
   * @param metric - its value now; NaN is no improvement.
   * @returns the rate from now on.
   */
  update(metric: number): number;
}

/**
 * Multiplies the rate by a factor whenever a metric has not improved on its best for some updates.
 *
 * @throws RangeError when an option is out of range.
 * @example
 * const plateau = reduceOnPlateau({ initial: 1e-3, factor: 0.5, patience: 3 });
 * optimizer.learningRate = plateau.update(validationLoss); // after each epoch
 */
export function reduceOnPlateau(options: PlateauOptions): Plateau {
  const { initial, factor, patience, minDelta, mode, cooldown, minimum } = checked(options);
  let rate = initial;
  let best = mode === 'min' ? Infinity : -Infinity;
  let waited = 0;
  let coolingFor = 0;
  const improves = (metric: number) =>
    mode === 'min' ? metric < best - minDelta : metric > best + minDelta;
  return {
    get rate() {
      return rate;
    },
    update(metric) {
      const cooling = coolingFor > 0;
      coolingFor -= cooling ? 1 : 0;
      if (improves(metric)) {
        best = metric;
        waited = 0;
      } else if (!cooling) {
        waited += 1;
      }
      if (waited >= patience) {
        waited = 0;
        // Also where the initial rate is below the minimum: nothing here ever raises the rate.
        if (rate > minimum) {
          rate = Math.max(rate * factor, minimum);
          coolingFor = cooldown;
        }
      }
      return rate;
    },
  };
}

/** Options with their defaults. @throws RangeError when one is out of range. */
function checked(options: PlateauOptions): Required<PlateauOptions> {
  const defaults = { factor: 0.1, patience: 10, minDelta: 1e-4, cooldown: 0, minimum: 0 };
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  const all: Required<PlateauOptions> = {
    mode: 'min',
    ...defaults,
    ...(Object.fromEntries(given) as unknown as PlateauOptions),
  };
  const { initial, factor, patience, minDelta, mode, cooldown, minimum } = all;
  const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least;
  const rules: [keyof PlateauOptions, boolean, string][] = [
    ['initial', isLearningRate(initial), 'a learning rate, a finite number of at least 0'],
    ['factor', factor > 0 && factor < 1, 'a number between 0 and 1'],
    ['patience', isCount(patience, 1), 'a number of updates, an integer of at least 1'],
    ['minDelta', Number.isFinite(minDelta) && minDelta >= 0, 'a finite number of at least 0'],
    ['mode', mode === 'min' || mode === 'max', 'one of min, max'],
    ['cooldown', isCount(cooldown, 0), 'a number of updates, an integer of at least 0'],
    ['minimum', isLearningRate(minimum), 'a learning rate, a finite number of at least 0'],
  ];
  for (const [name, holds, what] of rules) {
    if (!holds) {
      throw new RangeError(`${name} is ${what}, not ${all[name]}.`);
    }
  }
  return all;
}
