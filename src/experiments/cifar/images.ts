/** CIFAR's bytes as batches for a model: normalized, and in training cropped, mirrored and cut into. */
import * as tf from '@tensorflow/tfjs-core';
import type { CifarClasses, CifarSplit } from '../../data/cifar.js';
import type { RandomStream } from '../../runtime/seeds.js';
import type { Batch } from '../experiment.js';

/** What is done at random to a training image. Each image draws for itself. */
export interface Augmentation {
  /** Pixels of black around the image before it is cropped to its old size, and so most of a shift. */
  pad: number;
  /** Whether half of the images are mirrored, left to right. */
  flip: boolean;
  /**
   * Side of the square that is set to the mean colour, its centre anywhere in the image (DeVries &
   * Taylor 2017, arXiv 1708.04552); 0 for none.
   */
  cutout: number;
}

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** Mean and standard deviation of each channel over the training images, bytes as 0 to 1. */
const STATISTICS: Record<CifarClasses, { mean: number[]; deviation: number[] }> = {
  10: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
  100: { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
};

/** Each byte's value in each channel, [3, 256]: (byte / 255 − mean) / deviation. */
function normalizedBytes(classes: CifarClasses): Float32Array {
  const { mean, deviation } = STATISTICS[classes];
  return Float32Array.from(
    { length: 3 * 256 },
    (_, i) => ((i & 255) / 255 - mean[i >> 8]) / deviation[i >> 8],
  );
}

/**
 * Makes batches of a split's images with some numbers: x `[n, 32, 32, 3]`, y `[n]`, int32.
 *
 * @param augmentation - left out for images as they are.
 */
export function imageBatches(
  { images, labels }: CifarSplit,
  classes: CifarClasses,
  augmentation?: Augmentation,
): (indices: Int32Array, random?: RandomStream) => Batch {
  const values = normalizedBytes(classes);
  return (indices, random) => {
    const n = indices.length;
    const pixels = new Float32Array(n * 3 * PLANE);
    for (let i = 0; i < n; i++) {
      const image = images.subarray(indices[i] * 3 * PLANE, (indices[i] + 1) * 3 * PLANE);
      const out = pixels.subarray(i * 3 * PLANE, (i + 1) * 3 * PLANE);
      if (augmentation && random) {
        const { pad, flip, cutout } = augmentation;
        const right = random.integer(2 * pad + 1) - pad;
        const down = random.integer(2 * pad + 1) - pad;
        draw(image, values, out, right, down, flip && random.integer(2) === 1);
        if (cutout > 0) cut(out, cutout, random.integer(SIDE), random.integer(SIDE));
      } else {
        draw(image, values, out, 0, 0, false);
      }
    }
    return {
      x: tf.tensor4d(pixels, [n, SIDE, SIDE, 3]),
      y: tf.tensor1d(
        Int32Array.from(indices, (i) => labels[i]),
        'int32',
      ),
      n,
    };
  };
}

/** Planes of bytes to normalized pixels, shifted; what comes in from outside is black. */
function draw(
  image: Uint8Array,
  values: Float32Array,
  out: Float32Array,
  right: number,
  down: number,
  mirrored: boolean,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const plane = channel * PLANE;
    const table = channel << 8;
    const black = values[table];
    for (let y = 0; y < SIDE; y++) {
      const fromY = y + down;
      const inside = fromY >= 0 && fromY < SIDE;
      const row = plane + SIDE * fromY;
      let to = 3 * SIDE * y + channel;
      for (let x = 0; x < SIDE; x++, to += 3) {
        const fromX = (mirrored ? SIDE - 1 - x : x) + right;
        out[to] = inside && fromX >= 0 && fromX < SIDE ? values[table + image[row + fromX]] : black;
      }
    }
  }
}

/** Sets a square to 0, the mean colour; what of it lies outside the image is lost. */
function cut(out: Float32Array, side: number, centreX: number, centreY: number): void {
  const from = (centre: number) => Math.max(0, centre - (side >> 1));
  const until = (centre: number) => Math.min(SIDE, centre - (side >> 1) + side);
  for (let y = from(centreY); y < until(centreY); y++) {
    out.fill(0, 3 * (SIDE * y + from(centreX)), 3 * (SIDE * y + until(centreX)));
  }
}
