/** The one training loop. */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../experiments/experiment.js';
import { bestOf, METRICS } from '../experiments/metric.js';
import { learningRateOf } from '../optimizers/learning-rate.js';
import type { Place } from './checkpoints/store.js';
import { breathe, evaluate, onEvaluatedWeights, onKeptWeights, Stop } from './evaluation.js';
import type { TrainingEvent } from './events.js';
import { type Answer, add, firstStates, forward, noScore, type TrainingTask } from './forward.js';
import { rateSetter } from './rate-schedule.js';
import { type EpochMetrics, keyOf } from './results.js';

export type { TrainingTask };

/** Who listens, and who may end the training. */
export interface TrainingOptions {
  /** Ends the training after the current step. */
  signal?: AbortSignal;
  onEvent?: (event: TrainingEvent) => void;
  /** Every step's own loss (nats). */
  onStep?: (step: number, loss: number) => void;
  /** Where to go on, for a model and an optimizer that hold the state of that place. Taken over. */
  from?: Position;
  /** Called wherever the training can be gone on with later, before it goes on itself. */
  onPosition?: (at: Position, when: 'step' | 'epoch' | 'interrupted') => Promise<void>;
}

/** How a training ended. */
export interface TrainingOutcome {
  status: 'completed' | 'interrupted' | 'diverged';
  /** One sentence when it was not completed. */
  message?: string;
  steps: number;
  metrics: EpochMetrics[];
  /** SHA-256 over the bytes of the weights on which the model is evaluated. */
  weightsSha256: string;
  seconds: number;
}

/**
 * Where a training stands. With the model's weights (those that are not trained too), the optimizer's
 * state and its layers' `dropoutStep`s this is all that the rest of it depends on: batches, masks and
 * learning rates come from the seed, the epoch, the step and the metrics so far.
 */
export interface Position extends Place {
  /** What the next batch of the epoch starts from: an LSTM's h and c. Empty before an epoch's first. */
  states: tf.Tensor[];
}

/**
 * Trains a model for the configured epochs, evaluating after each, on Lookahead's slow weights or on
 * averages where there are any. Equal seed, backend and thread count give equal results to the last bit.
 */
export async function train(
  task: TrainingTask,
  { signal, onEvent, onStep, from, onPosition }: TrainingOptions = {},
): Promise<TrainingOutcome> {
  const { config, data, experiment, optimizer } = task;
  const metric = METRICS[experiment.metric];
  const step = trainingStep(task);
  const setRate = rateSetter(optimizer, config.schedule);
  const started = performance.now();
  const at: Position = from ?? {
    ...{ steps: 0, metrics: [], total: noScore(), batches: 0, seconds: 0 },
    states: [],
  };
  const before = { steps: at.steps, seconds: at.seconds };
  const here = () => (performance.now() - started) / 1000;
  const elapsed = () => before.seconds + here();
  const reach = async (when: 'step' | 'epoch' | 'interrupted') => {
    at.seconds = elapsed();
    await onPosition?.(at, when);
  };

  /** Taken with the last epoch's evaluation, which has the weights and statistics in place. */
  let weightsSha256: string | undefined;

  async function trainEpoch(epoch: number): Promise<void> {
    setRate(at.metrics);
    const batches = data.train.epoch(config, epoch);
    const totalSteps = batches.length * config.epochs;
    while (at.batches < batches.length) {
      await breathe(signal, at.steps);
      const { mean: loss, score, states } = step(batches.at(at.batches), at.states);
      at.states = states;
      at.batches += 1;
      at.steps += 1;
      onStep?.(at.steps, loss);
      if (!Number.isFinite(loss)) {
        throw new Stop(
          'diverged',
          `The loss became ${loss} in step ${at.steps}: try a smaller learning rate than ${config.lr}.`,
        );
      }
      add(at.total, score);
      const stepsPerSecond = (at.steps - before.steps) / here();
      onEvent?.({
        type: 'step',
        step: at.steps,
        totalSteps,
        epoch,
        loss: at.total.loss / at.total.n,
        batchLoss: loss,
        [metric.name]: metric.of(at.total),
        stepsPerSecond,
        secondsLeft: (totalSteps - at.steps) / stepsPerSecond,
      });
      // After the last one the epoch's own follows.
      if (at.batches < batches.length) {
        await reach('step');
      }
    }
    tf.dispose(at.states);
    at.states = [];
  }

  /** Evaluates on the validation data, and where they say that it is the best so far on the test data. */
  async function evaluateEpoch() {
    const val = await evaluate(task, data.val, signal);
    const value = metric.of(val);
    // It need not be the next step that notices: there may be none.
    const [what, reached] = Number.isFinite(val.loss) ? [metric.name, value] : ['loss', val.loss];
    if (!Number.isFinite(reached)) {
      throw new Stop(
        'diverged',
        `The validation ${what} became ${reached} after step ${at.steps}: try a smaller learning rate than ${config.lr}.`,
      );
    }
    const earlier = at.metrics.map((m) => m[keyOf('val', metric)]!);
    const isBest = bestOf(metric, [value, ...earlier]) === value && !earlier.includes(value);
    const test = isBest && data.test ? await evaluate(task, data.test, signal) : undefined;
    return { val, value, test };
  }

  /** Adds the metrics of an epoch whose batches have all been trained on. */
  async function endEpoch(epoch: number): Promise<void> {
    const { val, value, test } = await onEvaluatedWeights(
      task,
      async () => {
        const results = await evaluateEpoch();
        if (epoch === config.epochs) weightsSha256 = hashWeights(task.model);
        return results;
      },
      signal,
    );
    at.metrics.push({
      epoch,
      steps: at.steps,
      loss: at.total.loss / at.total.n,
      [metric.name]: metric.of(at.total),
      valLoss: val.loss / val.n,
      [keyOf('val', metric)]: value,
      ...(test && { [keyOf('test', metric)]: metric.of(test) }),
      ...(config.schedule && { lr: learningRateOf(optimizer) }),
      seconds: elapsed(),
    });
    at.total = noScore();
    at.batches = 0;
    onEvent?.({
      type: 'epoch',
      metrics: at.metrics[epoch - 1],
      totalEpochs: config.epochs,
    });
    await reach('epoch');
  }

  const outcome = {
    status: 'completed' as TrainingOutcome['status'],
    message: undefined as string | undefined,
  };
  try {
    for (let epoch = at.metrics.length + 1; epoch <= config.epochs; epoch++) {
      await trainEpoch(epoch);
      await endEpoch(epoch);
    }
  } catch (error) {
    if (!(error instanceof Stop)) {
      throw error;
    }
    Object.assign(outcome, { status: error.status, message: error.message });
    if (error.status === 'interrupted') {
      await reach('interrupted');
    }
  } finally {
    tf.dispose(at.states);
  }
  const { steps, metrics } = at;
  // Who interrupts a run does not wait for statistics that nothing is evaluated with.
  weightsSha256 ??=
    outcome.status === 'completed'
      ? await onEvaluatedWeights(task, () => hashWeights(task.model))
      : onKeptWeights(optimizer, () => hashWeights(task.model));
  return { ...outcome, steps, metrics, weightsSha256, seconds: elapsed() };
}

/** A training step: it disposes its batch and the states it starts from. */
export function trainingStep(task: TrainingTask) {
  const { config, experiment, model, optimizer } = task;
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const scale = experiment.lossScale?.(config) ?? 1;
  return (batch: Batch, before: tf.Tensor[]): Omit<Answer, 'loss'> => {
    const initial = before.length === 0 ? firstStates(task, batch) : before;
    let answer!: Answer;
    optimizer.minimize(
      () => {
        answer = forward(task, batch, initial, true);
        answer.states.forEach(tf.keep);
        return scale === 1 ? answer.loss : tf.mul(answer.loss, scale);
      },
      false,
      variables,
    );
    tf.dispose([batch.x, batch.y, initial]);
    return answer;
  };
}

function hashWeights(model: tfl.LayersModel): string {
  const hash = createHash('sha256');
  for (const weight of model.getWeights()) {
    const data = weight.dataSync();
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
