/**
 * A generated twin of CIFAR-10 and CIFAR-100, for machines that cannot get the real ones.
 *
 * Each class is a texture: a sum of gratings of its own directions, wavelengths and colours. An image
 * shows its class's texture, shifted, mirrored or not, and fainter or stronger, over a plain ground;
 * a fainter texture of another class and noise lie over it. The shift makes the mean of a class's
 * images grey: no linear classifier gets far, but convolutions that know the directions do. A few
 * labels are wrong, as they are in the world.
 */

import { type RandomStream, randomStream } from '../runtime/seeds.js';
import { type CifarClasses, type CifarSplit, IMAGE_BYTES } from './cifar-files.js';

/** Side of an image, and of a texture, which repeats itself after it (pixels). */
const SIDE = 32;

/** A texture's gratings. */
const GRATINGS = 3;

/** Most waves of a grating across the image, along each axis. */
const WAVES = 6;

/** Standard deviation of a texture's values about the ground, and those of what lies over it. */
const CONTRAST = { faintest: 8, strongest: 26, other: 10, noise: 32 };

/** Share of labels drawn at random. */
const WRONG_LABELS = 0.04;

/** What to generate. */
export interface SyntheticCifarOptions {
  classes: CifarClasses;
  /** Equal seeds give equal images; a smaller set is the start of a larger one. */
  seed: number;
  /** Training images. Default 50,000. */
  train?: number;
  /** Test images. Default 10,000. */
  test?: number;
}

/** Generates the twin; classes are about equally frequent. */
export function syntheticCifar(options: SyntheticCifarOptions): {
  train: CifarSplit;
  test: CifarSplit;
} {
  const { classes, seed, train = 50_000, test = 10_000 } = options;
  const name = `cifar${classes}-synthetic`;
  const textures = Array.from({ length: classes }, (_, c) =>
    texture(randomStream(seed, name, 'texture', c)),
  );
  const split = (which: string, n: number) =>
    generate(randomStream(seed, name, which), n, textures);
  return { train: split('train', train), test: split('test', test) };
}

/** A class's texture, shape [3, 32, 32], each colour with mean 0; over all of it, variance 1. */
function texture(random: RandomStream): Float32Array {
  const values = new Float32Array(IMAGE_BYTES);
  for (let grating = 0; grating < GRATINGS; grating++) {
    const [across, down] = direction(random);
    const colour = [random.normal(), random.normal(), random.normal()];
    const phase = random.uniform();
    for (let i = 0; i < IMAGE_BYTES; i++) {
      const x = i % SIDE;
      const y = Math.floor(i / SIDE) % SIDE;
      const turns = (across * x + down * y) / SIDE + phase;
      values[i] += colour[Math.floor(i / SIDE ** 2)] * Math.cos(2 * Math.PI * turns);
    }
  }
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / IMAGE_BYTES);
  return values.map((v) => v / deviation);
}

/** Whole waves along both axes, not none, so that a texture repeats itself without a seam. */
function direction(random: RandomStream): [number, number] {
  const across = random.integer(2 * WAVES + 1) - WAVES;
  const down = random.integer(WAVES + 1);
  return across === 0 && down === 0 ? [1, 1] : [across, down];
}

function generate(random: RandomStream, n: number, textures: Float32Array[]): CifarSplit {
  const images = new Uint8Array(n * IMAGE_BYTES);
  const labels = new Uint8Array(n);
  const noise = noiseTable(random);
  for (let image = 0; image < n; image++) {
    const shown = random.integer(textures.length);
    labels[image] = random.uniform() < WRONG_LABELS ? random.integer(textures.length) : shown;
    const layers = [
      layer(random, textures[shown], between(random, CONTRAST.faintest, CONTRAST.strongest)),
      layer(random, textures[random.integer(textures.length)], CONTRAST.other),
    ];
    const ground = [0, 0, 0].map(() => between(random, 80, 176));
    draw(
      images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES),
      ground,
      layers,
      () => random.uint32(),
      noise,
    );
  }
  return { images, labels, n };
}

/** A texture where it lies in an image. */
interface Layer {
  texture: Float32Array;
  contrast: number;
  /** Pixels that it is moved by. */
  right: number;
  down: number;
  /** 31 when it is seen in a mirror, else 0. */
  mirror: number;
}

const layer = (random: RandomStream, texture: Float32Array, contrast: number): Layer => ({
  texture,
  contrast,
  right: random.integer(SIDE),
  down: random.integer(SIDE),
  mirror: random.integer(2) * (SIDE - 1),
});

const between = (random: RandomStream, low: number, high: number) =>
  low + (high - low) * random.uniform();

/** 2¹⁶ normal numbers: drawing 184 million of them would take longer than all the rest. */
function noiseTable(random: RandomStream): Float32Array {
  return Float32Array.from({ length: 2 ** 16 }, () => CONTRAST.noise * random.normal());
}

/** Adds ground, textures and noise up, each value rounded to a byte. */
function draw(
  image: Uint8Array,
  ground: number[],
  [a, b]: Layer[],
  uint32: () => number,
  noise: Float32Array,
): void {
  for (let row = 0; row < 3 * SIDE; row++) {
    const colour = row >> 5;
    const aRow = SIDE * ((colour << 5) + ((row + a.down) & 31));
    const bRow = SIDE * ((colour << 5) + ((row + b.down) & 31));
    for (let x = 0; x < SIDE; x += 2) {
      // Two numbers of the table for 32 random bits.
      const bits = uint32();
      for (let half = 0; half < 2; half++) {
        const ax = ((x + half + a.right) & 31) ^ a.mirror;
        const bx = ((x + half + b.right) & 31) ^ b.mirror;
        const value =
          ground[colour] +
          a.contrast * a.texture[aRow + ax] +
          b.contrast * b.texture[bRow + bx] +
          noise[half === 0 ? bits >>> 16 : bits & 0xffff];
        image[SIDE * row + x + half] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
      }
    }
  }
}
