import { type DataType, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import { randomStream } from '../runtime/seeds.js';

type StockConfig = Parameters<typeof initializers.orthogonal>[0];

// tf.layers exports no class, only the function that makes one.
const Stock = initializers.orthogonal({}).constructor as new (
  config: StockConfig,
) => ReturnType<typeof initializers.orthogonal>;

/**
 * A seeded initializer that gives a matrix orthonormal rows or columns, whichever are fewer, as
 * Keras does: Q · sign(diag R) of a normal matrix's QR factors (Saxe et al. 2013, arXiv:1312.6120).
 *
 * The factors are computed in JavaScript, in double precision: the same bits on every backend, and
 * 128 × 512 takes milliseconds where `tf.initializers.orthogonal`, as which it is saved, takes
 * seconds.
 */
export class Orthogonal extends Stock {
  readonly randomSeed: number;

  constructor({ seed }: { seed: number }) {
    super({ gain: 1, seed });
    this.randomSeed = seed;
  }

  /** @param shape - `[rows, columns]`. */
  override apply(shape: (number | null)[], _dtype?: DataType): Tensor {
    const [rows, columns] = shape as [number, number];
    const [length, count] = [Math.max(rows, columns), Math.min(rows, columns)];
    const tall = orthonormalColumns(length, count, this.randomSeed);
    const values = new Float32Array(rows * columns);
    tall.forEach((column, j) => {
      column.forEach((value, i) => {
        values[rows < columns ? j * columns + i : i * columns + j] = value;
      });
    });
    return tensor2d(values, [rows, columns]);
  }
}

/**
 * The columns of Q · sign(diag R), by Gram–Schmidt: taking away a column's shares in the earlier
 * ones and scaling it to length 1 gives R a positive diagonal, which is the sign correction. Each
 * column is cleared twice, after which they are orthogonal to machine precision ("twice is enough",
 * Giraud et al. 2005).
 */
function orthonormalColumns(length: number, count: number, seed: number): Float64Array[] {
  const random = randomStream(seed, 'orthogonal');
  const columns: Float64Array[] = [];
  while (columns.length < count) {
    const column = Float64Array.from({ length }, () => random.normal());
    for (const earlier of [...columns, ...columns]) {
      const share = dot(column, earlier);
      for (let i = 0; i < length; i++) {
        column[i] -= share * earlier[i];
      }
    }
    const norm = Math.sqrt(dot(column, column));
    columns.push(column.map((value) => value / norm));
  }
  return columns;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}
