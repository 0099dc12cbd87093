/** The learning rate from epoch to epoch. */
import type * as tf from '@tensorflow/tfjs-core';
import type { RateSchedule } from '../experiments/experiment.js';
import { learningRateOf, setLearningRate } from '../optimizers/learning-rate.js';
import { reduceOnPlateau } from '../optimizers/plateau.js';
import { ScheduledLearningRate } from '../optimizers/scheduled.js';
import { multiStepDecay } from '../optimizers/schedules.js';
import { chainOf } from '../optimizers/wrapper.js';
import type { EpochMetrics } from './results.js';

/**
 * The rate of the next epoch: it depends on the epochs that were completed and on nothing that would
 * have to be kept beside them.
 *
 * @param initial - the rate of the first epoch.
 * @param metrics - of the epochs that were completed.
 */
export function rateAfter(
  schedule: RateSchedule,
  initial: number,
  metrics: Pick<EpochMetrics, 'valLoss'>[],
): number {
  if ('milestones' in schedule) {
    return multiStepDecay(initial, schedule)(metrics.length);
  }
  const plateau = reduceOnPlateau({ initial, ...schedule });
  for (const { valLoss } of metrics) {
    plateau.update(valLoss);
  }
  return plateau.rate;
}

/**
 * What sets the rate of an optimizer before each epoch. One whose spec has a schedule of its own
 * keeps to that.
 *
 * @param optimizer - at the rate of the first epoch.
 */
export function rateSetter(
  optimizer: tf.Optimizer,
  schedule: RateSchedule | undefined,
): (metrics: EpochMetrics[]) => void {
  if (
    schedule === undefined ||
    chainOf(optimizer).some((o) => o instanceof ScheduledLearningRate)
  ) {
    return () => {};
  }
  const initial = learningRateOf(optimizer);
  return (metrics) => setLearningRate(optimizer, rateAfter(schedule, initial, metrics));
}
