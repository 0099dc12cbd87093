/** A model evaluated while it is trained: on which weights, with which statistics. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Batches } from '../experiments/experiment.js';
import type { Score } from '../experiments/metric.js';
import {
  hasBatchNormalization,
  updateBatchNormalization,
} from '../layers/update-batch-normalization.js';
import { EvaluatingWrapper } from '../optimizers/evaluating-wrapper.js';
import { whenEnded } from '../optimizers/lent-weights.js';
import { WeightAveraging } from '../optimizers/weight-averaging.js';
import { chainOf } from '../optimizers/wrapper.js';
import { layersWithDropout } from './checkpoints/training-state.js';
import { add, firstStates, forward, noScore, type TrainingTask } from './forward.js';

/** Over how many batches batch normalization's statistics are taken anew: 8,192 images of CIFAR. */
const STATISTICS_BATCHES = 64;

/** Thrown inside the training loop to leave it; an outcome, not a failure. */
export class Stop extends Error {
  constructor(
    readonly status: 'interrupted' | 'diverged',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Runs a callback on the weights that the outermost wrapper keeps for evaluation, if any does. Averages
 * get statistics of batch normalization of their own: with those of the training, which are of the
 * weights about the average, it looks far worse than it is. Lookahead's slow weights are at most k steps
 * away from where the statistics were taken, and keep them.
 */
export async function onEvaluatedWeights<T>(
  task: TrainingTask,
  callback: () => T | Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (statisticsBatches(task) === 0) return onKeptWeights(task.optimizer, callback);
  return onKeptWeights(task.optimizer, async () => {
    const dropout = layersWithDropout(task.model).map(([, layer]) => layer);
    const drawn = dropout.map(({ dropoutStep }) => dropoutStep);
    let restore = () => {};
    try {
      restore = await updateBatchNormalization(task.model, firstInputs(task, signal));
    } finally {
      // The masks of the training do not depend on how often it is evaluated.
      for (const [i, layer] of dropout.entries()) {
        layer.dropoutStep = drawn[i];
      }
    }
    return whenEnded(callback, restore);
  });
}

/** Runs a callback on the same weights, with batch normalization's statistics as they are. */
export function onKeptWeights<T>(optimizer: tf.Optimizer, callback: () => T): T {
  const keeper = keeperOf(optimizer);
  return keeper === undefined ? callback() : keeper.withEvaluationWeights(callback);
}

const keeperOf = (optimizer: tf.Optimizer) =>
  chainOf(optimizer).find((wrapper) => wrapper instanceof EvaluatingWrapper);

/** Over how many batches statistics are taken anew before an evaluation. */
export function statisticsBatches({ config, data, model, optimizer }: TrainingTask): number {
  if (!(keeperOf(optimizer) instanceof WeightAveraging) || !hasBatchNormalization(model)) return 0;
  return Math.min(STATISTICS_BATCHES, data.train.epoch(config, 1).length);
}

/** Of the first batches that are trained on: always the same, so that a run can be repeated. */
async function* firstInputs(task: TrainingTask, signal?: AbortSignal) {
  const { config, data } = task;
  const batches = data.train.epoch(config, 1);
  const count = statisticsBatches(task);
  for (let i = 0; i < count; i++) {
    await breathe(signal);
    const batch = batches.at(i);
    const states = firstStates(task, batch);
    try {
      yield states.length === 0 ? batch.x : [batch.x, ...states];
    } finally {
      tf.dispose([batch.x, batch.y, states]);
    }
  }
}

/** The score over batches, without dropout. */
export async function evaluate(
  task: TrainingTask,
  batches: Batches,
  signal?: AbortSignal,
): Promise<Score> {
  const total = noScore();
  let states: tf.Tensor[] = [];
  try {
    for (let i = 0; i < batches.length; i++) {
      await breathe(signal);
      states = tf.tidy(() => {
        const batch = batches.at(i);
        const initial = i === 0 ? firstStates(task, batch) : states;
        const answer = forward(task, batch, initial, false);
        add(total, answer.score);
        tf.dispose(states);
        return answer.states;
      });
    }
  } finally {
    tf.dispose(states);
  }
  return total;
}

/** Lets timers, signals and displays have their turn between two batches. */
export async function breathe(signal?: AbortSignal, steps?: number): Promise<void> {
  await setImmediate();
  if (signal?.aborted) {
    const where = steps === undefined ? 'during validation' : `after ${steps} steps`;
    throw new Stop('interrupted', `The run was interrupted ${where}.`);
  }
}
