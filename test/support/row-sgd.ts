/** Stands in for an optimizer of sampled rows where a test is about what is around it. */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from '../../src/embedding/rows.js';
import { makeSparse, sparseGradient } from '../../src/embedding/sparse-gradient.js';

/** θ ← θ − lr · g, of the rows that a gradient is for. */
export class RowSgd extends tf.Optimizer {
  /** @nocollapse */
  static get className() {
    return 'RowSgd';
  }

  /** The gradients of the last step. */
  seen: (tf.Tensor | null)[] = [];

  constructor(public learningRate: number) {
    super();
  }

  override applyGradients(gradients: tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[]) {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    this.seen = list.map(({ tensor }) => tensor);
    for (const { name, tensor } of list.filter(({ tensor }) => tensor !== null)) {
      const variable = tf.engine().registeredVariables[name];
      const sparse = sparseGradient(tensor);
      const change = tf.mul(tensor, -this.learningRate);
      if (sparse === undefined) {
        variable.assign(tf.add(variable, change));
      } else if (sparse.ids.length > 0) {
        const ids = tf.tensor1d(sparse.ids, 'int32');
        const rows = rowsOf(variable);
        rows.scatter(ids, tf.add(rows.gather(ids), change) as tf.Tensor2D);
      }
    }
    this.incrementIterations();
  }

  override async getWeights() {
    return [];
  }

  override async setWeights() {}

  override getConfig() {
    return { learningRate: this.learningRate };
  }
}

tf.serialization.registerClass(
  RowSgd as unknown as tf.serialization.SerializableConstructor<RowSgd>,
);

/** The gradient of some rows of a table, by row. */
export interface RowGradients {
  ids: number[];
  rows: number[][];
}

/** Takes one step with gradients that are of whole variables, of a table's rows, or missing. */
export function sparseStep(
  optimizer: tf.Optimizer,
  variables: tf.Variable[],
  gradients: (number[] | RowGradients | null)[],
): void {
  tf.tidy(() =>
    optimizer.applyGradients(
      variables.map((variable, i) => ({
        name: variable.name,
        tensor: gradientOf(variable, gradients[i]) as tf.Tensor,
      })),
    ),
  );
}

function gradientOf(variable: tf.Variable, gradient: number[] | RowGradients | null) {
  if (gradient === null || Array.isArray(gradient)) {
    return gradient && tf.tensor(gradient, variable.shape);
  }
  const [vocabulary, width] = variable.shape;
  const rows = tf.tensor2d(gradient.rows.flat(), [gradient.ids.length, width]);
  return makeSparse(Int32Array.from(gradient.ids), rows, vocabulary);
}

/** The largest number of elements of a tensor that any operation inside gives. */
export async function largestTensor(run: () => void): Promise<number> {
  const profile = await tf.profile(() => {
    run();
    return tf.tensor(0);
  });
  tf.dispose(profile.result as tf.Tensor);
  const sizes = profile.kernels.flatMap(({ outputShapes }) =>
    outputShapes.map((s) => tf.util.sizeFromShape(s)),
  );
  return Math.max(...sizes);
}
