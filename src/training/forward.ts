/** A model's answer to a batch, in training and in evaluation. */
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch, Experiment, ExperimentData, RunConfig } from '../experiments/experiment.js';
import type { Score } from '../experiments/metric.js';

/** What is trained. */
export interface TrainingTask {
  experiment: Experiment;
  config: RunConfig;
  data: ExperimentData;
  model: tfl.LayersModel;
  optimizer: tf.Optimizer;
}

/** What came of a batch. */
export interface Answer {
  /** Mean over the batch (nats), as a tensor and as a number. */
  loss: tf.Scalar;
  mean: number;
  score: Score;
  /** What the next batch starts from. */
  states: tf.Tensor[];
}

/** Runs a batch through the model, from the states that the batch before it left. */
export function forward(
  { experiment, model }: TrainingTask,
  { x, y, n }: Batch,
  states: tf.Tensor[],
  training: boolean,
): Answer {
  const inputs = states.length === 0 ? x : [x, ...states];
  const outputs = model.apply(inputs, training ? { training } : undefined);
  const [output, ...next] = Array.isArray(outputs) ? outputs : [outputs];
  const loss = experiment.loss(y, output as tf.Tensor);
  const correct = experiment.correct?.(y, output as tf.Tensor).dataSync()[0] ?? 0;
  const [mean] = loss.dataSync();
  const score = { loss: mean * n, correct, n };
  return { loss, mean, score, states: next as tf.Tensor[] };
}

/** The states before the first batch of a row. */
export function firstStates({ experiment, config }: TrainingTask, batch: Batch): tf.Tensor[] {
  return experiment.initialStates?.(config, batch.x.shape[0]!) ?? [];
}

/** A total to add to. */
export const noScore = (): Score => ({ loss: 0, correct: 0, n: 0 });

/** Adds a score to a total. */
export function add(total: Score, { loss, correct, n }: Score): void {
  total.loss += loss;
  total.correct += correct;
  total.n += n;
}
