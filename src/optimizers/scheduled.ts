/** A learning rate that follows a schedule. */
import * as tf from '@tensorflow/tfjs-core';
import { innerFromConfig } from './inner-config.js';
import { requireSettable, setLearningRate } from './learning-rate.js';
import {
  rateAt,
  requireSchedule,
  type Schedule,
  type ScheduleConfig,
  scheduleFromConfig,
} from './schedules.js';
import type { NamedState } from './state.js';
import { type Gradient, OptimizerWrapper } from './wrapper.js';

/**
 * Wraps any optimizer so that its learning rate follows a schedule: step t (from 0) is taken at the
 * rate schedule(t). The steps are this optimizer's `iterations`, which are part of its state: a
 * training that is resumed goes on where the schedule was.
 *
 * Within Lookahead with `momentum: 'reset'` every sync would begin the schedule anew: put
 * ScheduledLearningRate around Lookahead.
 *
 * @example
 * const schedule = warmUp(100, cosineDecay(1e-3, { steps: 10_000 }));
 * const optimizer = new ScheduledLearningRate(tf.train.adam(1e-3), schedule);
 */
export class ScheduledLearningRate extends OptimizerWrapper {
  /**
   * The name under which tf.js saves and loads it.
   *
   * @nocollapse
   */
  static get className(): string {
    return 'ScheduledLearningRate';
  }

  /** The rate of each step. */
  readonly schedule: Schedule;

  /**
   * @param inner - the optimizer that takes the steps; the rate it was made with is not used.
   * @param schedule - what cosineDecay and its like make, or a function of one's own, with which the
   *   optimizer cannot be saved.
   * @throws TypeError when `inner` is no optimizer, or there is no way to set its rate, or `schedule`
   *   is no function.
   * @throws RangeError when the rate of step 0 is not a finite number ≥ 0; that of a later step throws
   *   in that step, before anything has changed.
   * @throws Error when `inner` follows a schedule already.
   */
  constructor(inner: tf.Optimizer, schedule: Schedule) {
    super(inner);
    requireSchedule(schedule);
    requireSettable(inner);
    rateAt(schedule, 0);
    this.schedule = schedule;
  }

  protected override step(gradients: Gradient[], complete: boolean): void {
    setLearningRate(this.inner, rateAt(this.schedule, this.iterations));
    this.stepInner(gradients, complete);
  }

  override ownState(): NamedState {
    return {};
  }

  override loadOwnState(): void {}

  /** @throws Error when the schedule was written by hand. */
  override getConfig(): tf.serialization.ConfigDict {
    const { config } = this.schedule;
    if (config === undefined) {
      throw new Error(
        'A schedule that was written by hand cannot be saved: make it with stepDecay, cosineDecay and their like, or save the model without its optimizer.',
      );
    }
    return { inner: this.innerConfig(), schedule: config as tf.serialization.ConfigDict };
  }

  /**
   * Makes one of a saved configuration.
   *
   * @nocollapse
   */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new (cls as unknown as typeof ScheduledLearningRate)(
      innerFromConfig(config.inner as tf.serialization.ConfigDict),
      scheduleFromConfig(config.schedule as unknown as ScheduleConfig),
    ) as unknown as T;
  }
}

tf.serialization.registerClass(ScheduledLearningRate);
