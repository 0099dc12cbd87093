import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { imageBatches } from '../../../src/experiments/cifar/images.js';
import { randomStream } from '../../../src/runtime/seeds.js';
import { onBestBackend } from '../../support/backends.js';
import { expectClose } from '../../support/numbers.js';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** Two images: in plane c, row y, column x the first has 80 c + 2 y + x mod 7, the second 255. */
const split = {
  images: Uint8Array.from({ length: 2 * 3 * PLANE }, (_, i) => {
    const [c, y, x] = [Math.floor(i / PLANE), Math.floor(i / SIDE) % SIDE, i % SIDE];
    return c < 3 ? 80 * c + 2 * y + (x % 7) : 255;
  }),
  labels: Uint8Array.of(7, 3),
  n: 2,
};
/** CIFAR-10's black and white, (0 − 0.4914) / 0.247 in red, (1 − 0.4465) / 0.2616 in blue, … */
const BLACK = [-0.4914 / 0.247, -0.4822 / 0.2435, -0.4465 / 0.2616];
const WHITE = [0.5086 / 0.247, 0.5178 / 0.2435, 0.5535 / 0.2616];

/** The pixels of one batch, [n · 32 · 32, 3]. */
function pixels(
  augmentation?: Parameters<typeof imageBatches>[2],
  { indices = [0], seed = 1 }: { indices?: number[]; seed?: number } = {},
): Float32Array {
  const batch = imageBatches(
    split,
    10,
    augmentation,
  )(Int32Array.from(indices), randomStream(seed, 'test'));
  const values = batch.x.dataSync() as Float32Array;
  tf.dispose([batch.x, batch.y]);
  return values;
}

describe('Batches of images', () => {
  onBestBackend();

  it('are normalized by channel, with their labels', () => {
    const { x, y, n } = imageBatches(split, 10)(Int32Array.of(1, 0));
    expect([x.shape, y.dtype, [...y.dataSync()], n]).to.deep.equal([
      [2, 32, 32, 3],
      'int32',
      [3, 7],
      2,
    ]);
    const values = x.dataSync();
    expectClose(values.slice(0, 3), WHITE, { rtol: 1e-5 });
    // The first image, row 5, column 9: bytes 12, 92 and 172.
    const at = 3 * (PLANE + SIDE * 5 + 9);
    const expected = [
      (12 / 255 - 0.4914) / 0.247,
      (92 / 255 - 0.4822) / 0.2435,
      (172 / 255 - 0.4465) / 0.2616,
    ];
    expectClose(values.slice(at, at + 3), expected, { rtol: 1e-5 });
    tf.dispose([x, y]);
  });

  it('are cropped from a black frame and mirrored: each is one of the 162 images there are', () => {
    const plain = pixels();
    const shown = (right: number, down: number, mirrored: boolean) => {
      const values: number[] = [];
      for (let y = 0; y < SIDE; y++) {
        for (let x = 0; x < SIDE; x++) {
          const [fromX, fromY] = [(mirrored ? SIDE - 1 - x : x) + right, y + down];
          const inside = fromX >= 0 && fromX < SIDE && fromY >= 0 && fromY < SIDE;
          const from = 3 * (SIDE * fromY + fromX);
          values.push(...(inside ? plain.slice(from, from + 3) : Float32Array.from(BLACK)));
        }
      }
      return values.join();
    };
    const all = new Set<string>();
    for (let right = -4; right <= 4; right++) {
      for (let down = -4; down <= 4; down++) {
        for (const mirrored of [false, true]) all.add(shown(right, down, mirrored));
      }
    }
    expect(all.size).to.equal(162);
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const drawn = pixels({ pad: 4, flip: true, cutout: 0 }, { seed }).join();
      expect(all.has(drawn), `seed ${seed}`).to.equal(true);
      seen.add(drawn);
    }
    // 40 of 162: fewer than 25 different ones come about less than once in a billion times.
    expect(seen.size).to.be.above(25);
  });

  it('are cut into: a square of the mean colour, whose centre lies in the image', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), (seed, cutout) => {
        const drawn = pixels({ pad: 0, flip: false, cutout }, { indices: [1], seed });
        const rows = new Set<number>();
        const columns = new Set<number>();
        let zeros = 0;
        for (let i = 0; i < PLANE; i++) {
          if (drawn[3 * i] !== 0) continue;
          expect([drawn[3 * i + 1], drawn[3 * i + 2]]).to.deep.equal([0, 0]);
          rows.add(Math.floor(i / SIDE));
          columns.add(i % SIDE);
          zeros++;
        }
        // A rectangle, and of a square at a border at least about half a side remains.
        expect(zeros).to.equal(rows.size * columns.size);
        for (const side of [rows.size, columns.size]) {
          expect(side).to.be.within(Math.min(SIDE, Math.ceil(cutout / 2)), Math.min(SIDE, cutout));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('depend on the stream alone, and each image draws for itself', () => {
    const augmentation = { pad: 4, flip: true, cutout: 8 };
    const batch = (seed: number) => pixels(augmentation, { indices: [0, 0, 0, 0], seed });
    expect(batch(1)).to.deep.equal(batch(1));
    expect(batch(1)).not.to.deep.equal(batch(2));
    const images = [0, 1, 2, 3].map((i) => batch(1).slice(i * 3 * PLANE, (i + 1) * 3 * PLANE));
    expect(new Set(images.map(String)).size).to.equal(4);
  });
});
