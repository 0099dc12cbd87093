import * as tf from '@tensorflow/tfjs-core';
import type { Surface } from './surfaces.js';

/** A surface's losses on a grid. */
export interface Landscape {
  title: string;
  /** Columns and rows of the grid. */
  xs: number[];
  ys: number[];
  /** A row of losses each y. */
  losses: number[][];
  minimum: readonly [x: number, y: number];
}

/** What a chart shows of a surface. @param n - points each way. */
export function landscapeOf(surface: Surface, n = 40): Landscape {
  const { title, xRange, yRange, minimum } = surface;
  const [xs, ys] = [xRange, yRange].map(([from, to]) =>
    Array.from({ length: n }, (_, i) => rounded(from + ((to - from) * i) / (n - 1))),
  );
  const losses = tf.tidy(() => {
    const [columns, rows] = tf.meshgrid(tf.tensor1d(xs), tf.tensor1d(ys));
    return surface.loss(columns, rows).arraySync() as number[][];
  });
  return { title, xs, ys, losses: losses.map((row) => row.map(rounded)), minimum };
}

const rounded = (value: number) => Number(value.toPrecision(4));
