import * as tf from '@tensorflow/tfjs-core';
import { Lookahead } from '../optimizers/lookahead.js';
import { disposeOptimizer } from '../optimizers/slots.js';
import { UsageError } from '../runtime/errors.js';
import { randomStream } from '../runtime/seeds.js';
import type { Surface } from './surfaces.js';

/** Where a walk is after so many steps. */
export interface WalkStop {
  step: number;
  x: number;
  y: number;
  /** The surface's loss there, without noise. */
  loss: number;
}

/** A sync of Lookahead: from where the fast weights were to where the slow ones went. */
export interface Sync {
  from: WalkStop;
  to: WalkStop;
}

/** What an optimizer does on a surface. */
export interface Walk {
  /** The model's weights: the start, and after each step. After a sync they are the slow ones. */
  stops: WalkStop[];
  /** The slow weights' steps, none without Lookahead. */
  syncs: Sync[];
}

/** How a walk goes. */
export interface WalkOptions {
  /** Steps, from 1. Default 40. */
  steps?: number;
  /** Standard deviation of what is added to both slopes at each step, as by a small batch. Default 0. */
  noise?: number;
  /** Decides the noise. Default 1. */
  seed?: number;
}

/**
 * Lets an optimizer walk on a surface, and disposes it.
 *
 * @throws UsageError for a number of steps that is no whole number from 1.
 * @example walk(SURFACES.valley, new Lookahead(tf.train.sgd(0.5), { k: 5, alpha: 0.5 }), { steps: 40 })
 */
export function walk(
  surface: Surface,
  optimizer: tf.Optimizer,
  { steps = 40, noise = 0, seed = 1 }: WalkOptions = {},
): Walk {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new UsageError(`A walk takes a whole number of steps from 1, not ${steps}.`);
  }
  const point = surface.start.map((value) => tf.tidy(() => tf.variable(tf.scalar(value))));
  const [x, y] = point;
  const shoves = noiseOf(steps, noise, seed);
  const stops = [stopAt(surface, 0, point)];
  const syncs: Sync[] = [];
  let slow = stops[0];
  for (let step = 1; step <= steps; step++) {
    const [dx, dy] = shoves[step - 1];
    // A slope of its own for this step: d/dx (f + x dx) = df/dx + dx.
    const loss = () =>
      tf.add(surface.loss(x, y), tf.add(tf.mul(x, dx), tf.mul(y, dy))) as tf.Scalar;
    optimizer.minimize(loss, false, point);
    const stop = stopAt(surface, step, point);
    stops.push(stop);
    if (optimizer instanceof Lookahead && step % optimizer.k === 0) {
      syncs.push({ from: fastEnd(surface, slow, stop, optimizer.alpha), to: stop });
      slow = stop;
    }
  }
  disposeOptimizer(optimizer);
  tf.dispose(point);
  return { stops, syncs };
}

/** Where the fast weights were before a sync: φ' = φ + α(θ − φ), so θ = φ + (φ' − φ) / α. */
function fastEnd(surface: Surface, before: WalkStop, after: WalkStop, alpha: number): WalkStop {
  if (alpha === 0) return after;
  const back = (key: 'x' | 'y') => before[key] + (after[key] - before[key]) / alpha;
  const point = [tf.scalar(back('x')), tf.scalar(back('y'))];
  const end = stopAt(surface, after.step, point);
  tf.dispose(point);
  return end;
}

/** @param point - both coordinates, scalars. */
function stopAt(surface: Surface, step: number, [x, y]: tf.Tensor[]): WalkStop {
  const all = tf.tidy(() => tf.stack([x, y, surface.loss(x, y)]));
  const [xs, ys, loss] = all.dataSync();
  all.dispose();
  return { step, x: xs, y: ys, loss };
}

/** A pair of normal numbers a step. */
function noiseOf(steps: number, noise: number, seed: number): number[][] {
  const stream = randomStream(seed, 'walk');
  const draw = () => (noise === 0 ? 0 : noise * stream.normal());
  return Array.from({ length: steps }, () => [draw(), draw()]);
}
