/** Taking the steps of an oracle with one of our own optimizers. */
import * as tf from '@tensorflow/tfjs-core';
import { Lookahead } from '../../src/index.js';
import { step, variable } from '../support/optimizers.js';
import type { Oracle } from './load.js';

/**
 * The variables after each step, and what of them a Lookahead's slow weights are.
 *
 * @param make - the optimizer, which is disposed at the end.
 */
export function run(
  { shapes, initial, gradients }: Oracle,
  make: (variables: tf.Variable[]) => tf.Optimizer,
): { values: number[][][]; slow: number[][][] } {
  const variables = initial.map((values, i) => variable(values, shapes[i]));
  const optimizer = make(variables);
  const read = () => variables.map((v) => Array.from(v.dataSync()));
  const [values, slow]: number[][][][] = [[], []];
  for (const gradient of gradients) {
    step(optimizer, variables, gradient);
    values.push(read());
    if (optimizer instanceof Lookahead) {
      slow.push(optimizer.withSlowWeights(read));
    }
  }
  optimizer.dispose();
  tf.dispose(variables);
  return { values, slow };
}

/**
 * The table after each step, its gradients coming from lookups of the tokens: the loss is the sum of
 * lookup · gradient. A second variable is in every loss, also where no token is looked up.
 */
export function runLookups(
  { shapes, initial, tokens, tokenGradients }: Oracle,
  make: (tables: tf.Variable[]) => tf.Optimizer,
): number[][][] {
  const table = variable(initial[0], shapes[0]);
  const other = variable([1]);
  const optimizer = make([table]);
  const values = tokens!.map((ids, t) => {
    const loss = () => {
      const rest = tf.sum(other) as tf.Scalar;
      if (ids.length === 0) return rest;
      const gradients = tf.tensor2d(tokenGradients![t], [ids.length, shapes[0][1]]);
      const rows = tf.gather(table, tf.tensor1d(ids, 'int32'));
      return tf.add(rest, tf.sum(tf.mul(rows, gradients))) as tf.Scalar;
    };
    optimizer.minimize(loss, false, [table, other]);
    return [Array.from(table.dataSync())];
  });
  optimizer.dispose();
  tf.dispose([table, other]);
  return values;
}
