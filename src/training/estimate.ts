/** How long a run takes, told by its first steps. */
import * as tf from '@tensorflow/tfjs-core';
import { firstStates, forward, type TrainingTask } from './forward.js';
import { trainingStep } from './train.js';

/** What a run comes to. */
export interface Estimate {
  steps: number;
  /** Of one step (s). */
  stepSeconds: number;
  /** Of all steps and all evaluations on validation data (s). */
  seconds: number;
}

/** Steps that are timed, after one that is not: it makes what later ones reuse. */
const TIMED = 2;

/**
 * Takes three steps and evaluates one batch, and reckons from that. The model has then been trained a
 * little: it should not be the one that the run trains.
 */
export function estimateRun(task: TrainingTask): Estimate {
  const { config, data } = task;
  const batches = data.train.epoch(config, 1);
  const step = trainingStep(task);
  let states: tf.Tensor[] = [];
  let started = 0;
  for (let i = 0; i <= TIMED; i++) {
    if (i === 1) started = performance.now();
    states = step(batches.at(Math.min(i, batches.length - 1)), states).states;
  }
  const stepSeconds = (performance.now() - started) / 1000 / TIMED;
  tf.dispose(states);
  const evaluation = performance.now();
  tf.tidy(() => {
    const batch = data.val.at(0);
    forward(task, batch, firstStates(task, batch), false);
  });
  const evaluationSeconds = ((performance.now() - evaluation) / 1000) * data.val.length;
  const steps = config.epochs * batches.length;
  const seconds = steps * stepSeconds + config.epochs * evaluationSeconds;
  return { steps, stepSeconds, seconds };
}

/** `117,300 steps of 4.2 s each: about 5.7 days, by the first of them`. */
export function estimateText({ steps, stepSeconds, seconds }: Estimate): string {
  const step =
    stepSeconds < 1 ? `${Math.round(1000 * stepSeconds)} ms` : `${stepSeconds.toFixed(1)} s`;
  const count = steps.toLocaleString('en-GB');
  return `${count} steps of ${step} each: about ${roughly(seconds)} on this machine, by the first of them`;
}

/** In the unit that suits it. */
function roughly(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'days'],
    [3_600, 'hours'],
    [60, 'minutes'],
  ];
  const [length, name] = units.find(([length]) => seconds >= 2 * length) ?? [1, 'seconds'];
  return `${(seconds / length).toFixed(seconds / length < 10 ? 1 : 0)} ${name}`;
}
