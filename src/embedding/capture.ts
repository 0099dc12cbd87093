/** Finds the sampled rows of embedding tables while gradients are computed. */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf } from './rows.js';
import { makeSparse, toDense } from './sparse-gradient.js';
import { sumDuplicates } from './sum-duplicates.js';

/** A loss and the gradients by variable name, as `computeGradients` gives them. */
export interface Gradients {
  value: tf.Scalar;
  grads: tf.NamedTensorMap;
}

/** One lookup that the loss depends on: the rows it read, and the gradients it got for each. */
interface Lookup {
  ids: Int32Array;
  /** Shape [ids.length, width]. */
  gradient: tf.Tensor2D;
}

/** The part of tf.js's engine that every op runs through. */
interface Engine {
  runKernel(name: string, inputs: tf.NamedTensorMap, attributes?: object): tf.Tensor;
  isTapeOn(): boolean;
  state: { gradientDepth: number };
}

/**
 * Computes gradients in which a table has those of its sampled rows only.
 *
 * Every lookup is a `GatherV2` kernel on the table's variable, whether a layer, a second model or the
 * user's own `tf.gather` runs it. While the loss is computed, such a kernel is answered from the
 * table's rows by an op whose backward pass notes ids and gradients and makes no dense gradient. The
 * table itself is then only reached by what uses it otherwise (tied weights, a regularizer): that
 * part of its gradient comes as ever, dense, and makes the whole of it dense.
 *
 * @param f - computes the loss.
 * @param isTable - whether a variable is one of the tables.
 * @param compute - computes the gradients of the loss it is given; `anchor` must be among the
 *   variables it lists, if it lists any.
 */
export function captureLookups(
  f: () => tf.Scalar,
  isTable: (variable: tf.Variable) => boolean,
  compute: (f: () => tf.Scalar, anchor: tf.Variable) => Gradients,
): Gradients {
  const lookups = new Map<tf.Variable, Lookup[]>();
  const forget = () => {
    for (const { gradient } of [...lookups.values()].flat()) {
      gradient.dispose();
    }
    lookups.clear();
  };
  // tf.js runs backwards through ops on a path from a listed variable: this one starts the paths.
  const anchor = tf.tidy(() => tf.variable(tf.scalar(0)));
  try {
    const recorded = () => {
      forget(); // an optimizer that computes gradients twice in a step means the last ones
      return answeringGathers(f, (table, indices) =>
        isTable(table) ? lookUp(table, indices, anchor, lookups) : null,
      );
    };
    const { value, grads } = compute(recorded, anchor);
    grads[anchor.name]?.dispose();
    delete grads[anchor.name];
    for (const [table, found] of lookups) {
      const sampled = tf.tidy(() => sampledGradient(table, found));
      grads[table.name] = addDense(sampled, grads[table.name]);
    }
    return { value, grads };
  } finally {
    forget();
    anchor.dispose();
  }
}

/** Runs a function with another answer to lookups of whole rows; null leaves one to tf.js. */
function answeringGathers<T>(
  f: () => T,
  answer: (table: tf.Variable, indices: tf.Tensor) => tf.Tensor | null,
): T {
  const engine = tf.engine() as unknown as Engine;
  const { runKernel } = engine;
  const own = Object.hasOwn(engine, 'runKernel');
  engine.runKernel = (name, inputs, attributes) => {
    const { axis, batchDims } = (attributes ?? {}) as { axis?: number; batchDims?: number };
    // A gradient taken within the loss has a tape of its own, and needs the lookup as tf.js does it.
    const isOuter = engine.isTapeOn() && engine.state.gradientDepth === 1;
    const isLookup = isOuter && name === tf.GatherV2 && axis === 0 && !batchDims;
    return (
      (isLookup && inputs.x instanceof tf.Variable ? answer(inputs.x, inputs.indices) : null) ??
      runKernel.call(engine, name, inputs, attributes)
    );
  };
  try {
    return f();
  } finally {
    if (own) {
      engine.runKernel = runKernel;
    } else {
      delete (engine as Partial<Engine>).runKernel;
    }
  }
}

function lookUp(
  table: tf.Variable,
  indices: tf.Tensor,
  anchor: tf.Variable,
  lookups: Map<tf.Variable, Lookup[]>,
): tf.Tensor {
  const [vocabulary, width] = table.shape as [number, number];
  const ids = new Int32Array(indices.dataSync());
  const outside = ids.find((id) => id < 0 || id >= vocabulary);
  if (outside !== undefined) {
    throw new RangeError(
      `A lookup asks for row ${outside} of the embedding table "${table.name}", which has rows 0 to ${vocabulary - 1}.`,
    );
  }
  const gather = tf.customGrad(() => ({
    value: shaped(rowsOf(table).gather(tf.tensor1d(ids, 'int32')), [...indices.shape, width]),
    gradFunc: (gradient: tf.Tensor) => {
      if ((tf.engine() as unknown as Engine).state.gradientDepth > 0) {
        throw new Error(
          `A gradient taken within the loss goes back through a lookup in "${table.name}": look up within the function it is taken of, or use rows: 'gradient'.`,
        );
      }
      const rows = tf.keep(shaped(gradient, [ids.length, width])) as tf.Tensor2D;
      lookups.set(table, [...(lookups.get(table) ?? []), { ids, gradient: rows }]);
      return tf.scalar(0);
    },
  }));
  return gather(anchor);
}

/** A tensor in another shape; a clone where it has that shape already, which costs less. */
const shaped = (tensor: tf.Tensor, shape: number[]) =>
  tf.util.arraysEqual(tensor.shape, shape) ? tensor.clone() : tf.reshape(tensor, shape);

/** The gradient of each distinct row that was looked up. */
function sampledGradient(table: tf.Variable, lookups: Lookup[]): tf.Tensor2D {
  const ids = new Int32Array(lookups.reduce((total, lookup) => total + lookup.ids.length, 0));
  let start = 0;
  for (const lookup of lookups) {
    ids.set(lookup.ids, start);
    start += lookup.ids.length;
  }
  const gradients = tf.concat(lookups.map(({ gradient }) => gradient));
  const vocabulary = table.shape[0];
  const distinct = sumDuplicates(ids, gradients, vocabulary);
  return makeSparse(distinct.ids, distinct.rows, vocabulary);
}

/** Adds what else there is of a table's gradient; a dense part makes all of it dense. */
function addDense(sampled: tf.Tensor2D, dense: tf.Tensor | undefined): tf.Tensor {
  if (dense === undefined) {
    return sampled;
  }
  const sum = tf.tidy(() => tf.add(dense, toDense(sampled)));
  tf.dispose([dense, sampled]);
  return sum;
}
