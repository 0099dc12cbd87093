/** CIFAR-10 and CIFAR-100 (Krizhevsky 2009): the files of their binary version, and their reader. */

import type { PublishedFile } from './published-file.js';

/** Either data set, by its number of classes. */
export type CifarClasses = 10 | 100;

/** Bytes of an image: 1,024 of red, 1,024 of green, 1,024 of blue, each 32 rows of 32. */
export const IMAGE_BYTES = 3 * 32 * 32;

/** Images and what each shows. */
export interface CifarSplit {
  /** Shape [n, 3, 32, 32], row after row. */
  images: Uint8Array;
  /** Class of each image, from 0, shape [n]. */
  labels: Uint8Array;
  n: number;
}

const cifar10 = (name: string, sha256: string): PublishedFile => ({
  dataset: 'cifar10',
  folder: 'cifar-10-batches-bin',
  name,
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  bytes: 30_730_000,
  sha256,
});

const cifar100 = (name: string, bytes: number, sha256: string): PublishedFile => ({
  dataset: 'cifar100',
  folder: 'cifar-100-binary',
  name,
  url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
  bytes,
  sha256,
});

/** The files that hold the training images and the test images, in their order. */
export const CIFAR_FILES: Record<CifarClasses, { train: PublishedFile[]; test: PublishedFile[] }> =
  {
    10: {
      train: [
        'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
        'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
        'bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67',
        '014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48',
        '755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add',
      ].map((sha256, i) => cifar10(`data_batch_${i + 1}.bin`, sha256)),
      test: [
        cifar10(
          'test_batch.bin',
          '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
        ),
      ],
    },
    100: {
      train: [
        cifar100(
          'train.bin',
          153_700_000,
          'f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29',
        ),
      ],
      test: [
        cifar100(
          'test.bin',
          30_740_000,
          'd8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a',
        ),
      ],
    },
  };

/** An image is preceded by its class, in CIFAR-100 by the coarse one and then the fine one. */
const labelBytes = (classes: CifarClasses) => (classes === 10 ? 1 : 2);

/**
 * Reads a file's images into a split, which may have no room for the last ones.
 *
 * @param content - the whole file.
 * @param from - index of the split's image that the first of the file becomes.
 * @returns index after the last one that was read; a full split takes no more.
 * @throws Error with one clause that says what is wrong, for the caller to name the file.
 */
export function readCifarBin(
  content: Uint8Array,
  { bytes }: PublishedFile,
  classes: CifarClasses,
  { images, labels, n }: CifarSplit,
  from: number,
): number {
  const header = labelBytes(classes);
  const record = header + IMAGE_BYTES;
  if (content.length !== bytes) {
    throw new Error(`it has ${content.length} bytes instead of ${bytes}`);
  }
  const until = Math.min(n, from + content.length / record);
  for (let image = from; image < until; image++) {
    const at = (image - from) * record;
    const label = content[at + header - 1];
    if (label >= classes) {
      throw new Error(`image ${image - from} has the class ${label}, of ${classes} from 0`);
    }
    labels[image] = label;
    images.set(content.subarray(at + header, at + record), image * IMAGE_BYTES);
  }
  return until;
}

/** Room for n images. */
export function emptySplit(n: number): CifarSplit {
  return { images: new Uint8Array(n * IMAGE_BYTES), labels: new Uint8Array(n), n };
}
