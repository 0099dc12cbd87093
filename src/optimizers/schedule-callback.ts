/** Learning-rate schedules as callbacks of `model.fit`, for any optimizer it was compiled with. */
import type * as tf from '@tensorflow/tfjs-core';
import { Callback } from '@tensorflow/tfjs-layers';
import { learningRateOf, requireSettable, setLearningRate } from './learning-rate.js';
import { type Plateau, type PlateauOptions, reduceOnPlateau } from './plateau.js';
import { rateAt, requireSchedule, type Schedule } from './schedules.js';

/** Options of {@link scheduleCallback}. */
export interface ScheduleCallbackOptions {
  /**
   * What the schedule counts. Default `step`.
   *
   * - `step`: the optimizer's steps (its `iterations`), over all calls of `fit` and, where its state
   *   was saved and loaded, from there on.
   * - `epoch`: the epoch as `fit` counts it, from its `initialEpoch` on.
   */
  per?: 'step' | 'epoch';
}

/** Options of {@link reduceOnPlateauCallback}; the initial rate is the optimizer's own. */
export interface PlateauCallbackOptions extends Omit<PlateauOptions, 'initial'> {
  /** The metric to watch, by its name in `fit`'s history. Default `val_loss`. */
  monitor?: string;
  /** Default `max` for a metric with `acc` in its name, else `min`, as in `tf.callbacks.earlyStopping`. */
  mode?: 'min' | 'max';
}

class ScheduleCallback extends Callback {
  constructor(
    private readonly schedule: Schedule,
    private readonly per: 'step' | 'epoch',
  ) {
    super();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    if (this.per === 'epoch') {
      setLearningRate(this.model.optimizer, rateAt(this.schedule, epoch));
    }
  }

  override async onBatchBegin(): Promise<void> {
    if (this.per === 'step') {
      const { optimizer } = this.model;
      setLearningRate(optimizer, rateAt(this.schedule, optimizer.iterations));
    }
  }
}

class PlateauCallback extends Callback {
  private plateau?: Plateau;

  constructor(
    private readonly monitor: string,
    private readonly options: Omit<PlateauOptions, 'initial'>,
  ) {
    super();
    reduceOnPlateau({ initial: 0, ...options }); // throws for options out of range
  }

  override async onTrainBegin(): Promise<void> {
    const metrics = this.params.metrics as string[];
    if (!metrics.includes(this.monitor)) {
      throw new RangeError(
        `There is no metric "${this.monitor}" to reduce the learning rate on, only ${metrics.join(', ')}: give fit validationData, or another monitor.`,
      );
    }
    const { optimizer } = this.model;
    requireSettable(optimizer);
    this.plateau = reduceOnPlateau({ ...this.options, initial: learningRateOf(optimizer) });
  }

  override async onEpochEnd(_epoch: number, logs: Record<string, number | tf.Tensor> = {}) {
    const value = logs[this.monitor];
    // The tensor is fit's own, which disposes it after all callbacks have seen it.
    const metric = typeof value === 'number' ? value : (await value.data())[0];
    const before = this.plateau!.rate;
    const rate = this.plateau!.update(metric);
    if (rate !== before) {
      setLearningRate(this.model.optimizer, rate);
    }
  }
}

/**
 * A callback that sets the learning rate of the model's optimizer before each step or epoch.
 *
 * @throws TypeError when `schedule` is not a function.
 * @throws RangeError when `per` is none of its values.
 * @example
 * const callbacks = scheduleCallback(stepDecay(0.1, { every: 30 }), { per: 'epoch' });
 * await model.fit(x, y, { epochs: 90, callbacks });
 */
export function scheduleCallback(
  schedule: Schedule,
  options: ScheduleCallbackOptions = {},
): Callback {
  const { per = 'step' } = options;
  requireSchedule(schedule);
  if (per !== 'step' && per !== 'epoch') {
    throw new RangeError(`per is one of step, epoch, not "${per}".`);
  }
  return new ScheduleCallback(schedule, per);
}

/**
 * A callback that reduces the learning rate of the model's optimizer, from the next epoch on, when a
 * metric has stopped getting better. Each call of `fit` looks for a best value of its own.
 *
 * @throws RangeError when an option is out of range; `fit` throws one when the metric is not computed.
 * @example
 * const callbacks = reduceOnPlateauCallback({ monitor: 'val_loss', factor: 0.5, patience: 2 });
 * await model.fit(x, y, { epochs: 50, validationSplit: 0.1, callbacks });
 */
export function reduceOnPlateauCallback(options: PlateauCallbackOptions = {}): Callback {
  const { monitor = 'val_loss', ...rest } = options;
  const { mode = monitor.includes('acc') ? 'max' : 'min' } = options;
  return new PlateauCallback(monitor, { ...rest, mode });
}
