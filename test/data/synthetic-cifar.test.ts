import { expect } from 'chai';
import type { CifarSplit } from '../../src/data/cifar-files.js';
import { syntheticCifar } from '../../src/data/synthetic-cifar.js';

/** Share of test images whose features are nearest to the mean features of their class. */
function nearestMean(
  { train, test }: { train: CifarSplit; test: CifarSplit },
  features: (image: Uint8Array) => Float64Array,
): number {
  const of = ({ images }: CifarSplit, i: number) =>
    features(images.subarray(i * 3072, (i + 1) * 3072));
  const size = of(train, 0).length;
  const means = Array.from({ length: 10 }, () => new Float64Array(size));
  const counts = Array<number>(10).fill(0);
  for (let i = 0; i < train.n; i++) {
    const mean = means[train.labels[i]];
    for (const [j, x] of of(train, i).entries()) mean[j] += x;
    counts[train.labels[i]]++;
  }
  means.forEach((mean, c) => {
    for (let j = 0; j < size; j++) mean[j] /= counts[c];
  });
  let right = 0;
  for (let i = 0; i < test.n; i++) {
    const x = of(test, i);
    const distances = means.map((mean) => mean.reduce((sum, m, j) => sum + (m - x[j]) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === test.labels[i]) right++;
  }
  return right / test.n;
}

/** How like an image is to itself moved by up to four pixels: shifts and mirrors change it little. */
function autocorrelation(image: Uint8Array): Float64Array {
  const result: number[] = [];
  for (let plane = 0; plane < 3; plane++) {
    const pixels = image.subarray(plane * 1024, (plane + 1) * 1024);
    const mean = pixels.reduce((sum, x) => sum + x, 0) / 1024;
    for (let down = 0; down <= 4; down++) {
      for (let right = 0; right <= 4; right++) {
        let sum = 0;
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            const moved = (((y + down) & 31) << 5) + ((x + right) & 31);
            sum += (pixels[(y << 5) + x] - mean) * (pixels[moved] - mean);
          }
        }
        if (down + right > 0) result.push(sum / 1024);
      }
    }
  }
  return Float64Array.from(result);
}

describe('syntheticCifar', () => {
  it('gives equal images for equal seeds, and others for others', () => {
    const make = (seed: number) => syntheticCifar({ classes: 10, seed, train: 30, test: 10 });
    expect(make(1)).to.deep.equal(make(1));
    expect(make(1).train.images).not.to.deep.equal(make(2).train.images);
    const { train, test } = make(1);
    expect(train.images.subarray(0, 3072)).not.to.deep.equal(test.images.subarray(0, 3072));
  });

  it('gives a smaller set that is the start of a larger one', () => {
    const small = syntheticCifar({ classes: 100, seed: 1, train: 20, test: 5 }).train;
    const large = syntheticCifar({ classes: 100, seed: 1, train: 40, test: 5 }).train;
    expect(large.images.subarray(0, 20 * 3072)).to.deep.equal(small.images);
    expect(large.labels.subarray(0, 20)).to.deep.equal(small.labels);
  });

  it('has the real ones’ shapes, and every class about equally often', () => {
    for (const classes of [10, 100] as const) {
      const { train } = syntheticCifar({ classes, seed: 1, train: 10_000, test: 1 });
      expect(train.images).to.have.length(10_000 * 3072);
      const counts = train.labels.reduce(
        (n, label) => n.with(label, n[label] + 1),
        Array<number>(classes).fill(0),
      );
      // 10,000 / classes with a standard deviation of its root: within five of those.
      const mean = 10_000 / classes;
      for (const count of counts) {
        expect(Math.abs(count - mean)).to.be.below(5 * Math.sqrt(mean));
      }
    }
  });

  it('tells classes by their textures, and not by the mean of each pixel', () => {
    const twin = syntheticCifar({ classes: 10, seed: 1, train: 3000, test: 1000 });
    const pixels = (image: Uint8Array) => Float64Array.from(image);
    // Chance is 10 %, and 96 % of the labels are right.
    expect(nearestMean(twin, pixels)).to.be.below(0.2);
    expect(nearestMean(twin, autocorrelation)).to.be.within(0.4, 0.95);
  });
});
