/** How long a run takes, told by its first steps. */
import * as tf from '@tensorflow/tfjs-core';
import { statisticsBatches } from './evaluation.js';
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

/**
 * Steps are timed for so long (s), at least and at most so many, after one that is not: it makes what
 * later ones reuse.
 */
const TIMED = { seconds: 3, least: 2, most: 20 };

/**
 * Takes a few steps and evaluates one batch, and reckons from that. The model has then been trained a
 * little: it should not be the one that the run trains.
 */
export function estimateRun(task: TrainingTask): Estimate {
  const { config, data } = task;
  const batches = data.train.epoch(config, 1);
  const step = trainingStep(task);
  let states: tf.Tensor[] = [];
  const take = (i: number) => {
    states = step(batches.at(i % batches.length), states).states;
  };
  take(0);
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let taken = 0;
  while (taken < TIMED.least || (taken < TIMED.most && elapsed() < TIMED.seconds)) {
    take(++taken);
  }
  const stepSeconds = elapsed() / taken;
  tf.dispose(states);
  const evaluation = performance.now();
  tf.tidy(() => {
    const batch = data.val.at(0);
    forward(task, batch, firstStates(task, batch), false);
  });
  const evaluationSeconds = ((performance.now() - evaluation) / 1000) * data.val.length;
  const steps = config.epochs * batches.length;
  // A step goes forwards once and backwards, which takes about twice as long.
  const statisticsSeconds = (statisticsBatches(task) * stepSeconds) / 3;
  const seconds = steps * stepSeconds + config.epochs * (evaluationSeconds + statisticsSeconds);
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
