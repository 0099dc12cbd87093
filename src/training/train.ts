/** The one training loop. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Examples, Experiment, ExperimentData, RunConfig } from '../experiments/experiment.js';
import { EvaluatingWrapper } from '../optimizers/evaluating-wrapper.js';
import { chainOf } from '../optimizers/wrapper.js';
import { randomStream } from '../runtime/seeds.js';
import type { TrainingEvent } from './events.js';
import type { EpochMetrics } from './results.js';

/** How many examples are evaluated at a time; it decides nothing but speed. */
const EVALUATION_BATCH = 200;

/** What is trained. */
export interface TrainingTask {
  experiment: Experiment;
  config: RunConfig;
  data: ExperimentData;
  model: tfl.LayersModel;
  optimizer: tf.Optimizer;
}

/** Who listens, and who may end the training. */
export interface TrainingOptions {
  /** Ends the training after the current step. */
  signal?: AbortSignal;
  onEvent?: (event: TrainingEvent) => void;
  /** Every step's own loss (nats). */
  onStep?: (step: number, loss: number) => void;
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

/** A sum over examples of loss and correct answers. */
interface Score {
  loss: number;
  correct: number;
  n: number;
}

/** Thrown inside the loop to leave it; an outcome, not a failure. */
class Stop extends Error {
  constructor(
    readonly status: 'interrupted' | 'diverged',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Trains a model for the configured epochs, evaluating after each, on Lookahead's slow weights where
 * there are any. Equal seed, backend and thread count give equal results to the last bit.
 */
export async function train(
  task: TrainingTask,
  { signal, onEvent, onStep }: TrainingOptions = {},
): Promise<TrainingOutcome> {
  const { config, data, experiment, model, optimizer } = task;
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const stepsPerEpoch = Math.ceil(data.train.n / config.batchSize);
  const totalSteps = stepsPerEpoch * config.epochs;
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const metrics: EpochMetrics[] = [];
  let steps = 0;

  function trainStep(indices: Int32Array): Score {
    const { x, y } = data.train.batch(indices);
    let correct!: tf.Scalar;
    const loss = optimizer.minimize(
      () => {
        const output = model.apply(x, { training: true }) as tf.Tensor;
        correct = tf.keep(experiment.correct(y, output));
        return experiment.loss(y, output);
      },
      true,
      variables,
    ) as tf.Scalar;
    const score = { loss: loss.dataSync()[0], correct: correct.dataSync()[0], n: indices.length };
    tf.dispose([x, y, loss, correct]);
    return score;
  }

  async function trainEpoch(epoch: number): Promise<Score> {
    const order = randomStream(config.seed, 'order', epoch).permutation(data.train.n);
    const total: Score = { loss: 0, correct: 0, n: 0 };
    for (let start = 0; start < data.train.n; start += config.batchSize) {
      await breathe(signal, steps);
      const score = trainStep(order.subarray(start, start + config.batchSize));
      steps += 1;
      onStep?.(steps, score.loss);
      if (!Number.isFinite(score.loss)) {
        throw new Stop(
          'diverged',
          `The loss became ${score.loss} in step ${steps}: try a smaller learning rate than ${config.lr}.`,
        );
      }
      add(total, score);
      const stepsPerSecond = steps / elapsed();
      onEvent?.({
        type: 'step',
        step: steps,
        totalSteps,
        epoch,
        loss: total.loss / total.n,
        accuracy: total.correct / total.n,
        stepsPerSecond,
        secondsLeft: (totalSteps - steps) / stepsPerSecond,
      });
    }
    return total;
  }

  const outcome = {
    status: 'completed' as TrainingOutcome['status'],
    message: undefined as string | undefined,
  };
  try {
    for (let epoch = 1; epoch <= config.epochs; epoch++) {
      const training = await trainEpoch(epoch);
      const validation = await onEvaluatedWeights(optimizer, () =>
        evaluate(task, data.val, signal),
      );
      // It need not be the next step that notices: there may be none.
      if (!Number.isFinite(validation.loss)) {
        throw new Stop(
          'diverged',
          `The validation loss became ${validation.loss} after step ${steps}: try a smaller learning rate than ${config.lr}.`,
        );
      }
      metrics.push({
        epoch,
        steps,
        loss: training.loss / training.n,
        accuracy: training.correct / training.n,
        valLoss: validation.loss / validation.n,
        valAccuracy: validation.correct / validation.n,
        seconds: elapsed(),
      });
      onEvent?.({ type: 'epoch', metrics: metrics[epoch - 1], totalEpochs: config.epochs });
    }
  } catch (error) {
    if (!(error instanceof Stop)) {
      throw error;
    }
    Object.assign(outcome, { status: error.status, message: error.message });
  }
  const weightsSha256 = onEvaluatedWeights(optimizer, () => hashWeights(model));
  return { ...outcome, steps, metrics, weightsSha256, seconds: elapsed() };
}

/** Loss and correct answers over examples, without dropout. */
async function evaluate(
  { experiment, model }: TrainingTask,
  examples: Examples,
  signal?: AbortSignal,
): Promise<Score> {
  const total: Score = { loss: 0, correct: 0, n: 0 };
  for (let start = 0; start < examples.n; start += EVALUATION_BATCH) {
    await breathe(signal);
    const n = Math.min(EVALUATION_BATCH, examples.n - start);
    tf.tidy(() => {
      const { x, y } = examples.batch(Int32Array.from({ length: n }, (_, i) => start + i));
      const output = model.apply(x) as tf.Tensor;
      const loss = experiment.loss(y, output).dataSync()[0];
      add(total, { loss, correct: experiment.correct(y, output).dataSync()[0], n });
    });
  }
  return total;
}

/** Adds a batch's score, whose loss is a mean, to a total, whose loss is a sum. */
function add(total: Score, { loss, correct, n }: Score): void {
  total.loss += loss * n;
  total.correct += correct;
  total.n += n;
}

/** Lets timers, signals and displays have their turn between two batches. */
async function breathe(signal?: AbortSignal, steps?: number): Promise<void> {
  await setImmediate();
  if (signal?.aborted) {
    const where = steps === undefined ? 'during validation' : `after ${steps} steps`;
    throw new Stop('interrupted', `The run was interrupted ${where}.`);
  }
}

/** Runs a callback on the weights that the outermost wrapper keeps for evaluation, if any does. */
function onEvaluatedWeights<T>(optimizer: tf.Optimizer, callback: () => T): T {
  const keeper = chainOf(optimizer).find((wrapper) => wrapper instanceof EvaluatingWrapper);
  return keeper === undefined ? callback() : keeper.withEvaluationWeights(callback);
}

function hashWeights(model: tfl.LayersModel): string {
  const hash = createHash('sha256');
  for (const weight of model.getWeights()) {
    const data = weight.dataSync();
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
