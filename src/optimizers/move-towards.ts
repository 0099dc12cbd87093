/** Lookahead's step of the slow weights. */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, Resource } from '../runtime/native-ops.js';

/** a + t(b − a). */
export function interpolate(a: tf.Tensor, b: tf.Tensor, t: number): tf.Tensor {
  return tf.add(a, tf.mul(tf.sub(b, a), t));
}

/** Below this number of elements the passes saved are not worth the calls. */
const WORTHWHILE = 1 << 16;

/**
 * variable ← variable + t(to − variable), run inside a tidy.
 *
 * On tfjs-node in two passes over memory: variable ← variable − t(variable − to), the second in place,
 * for the same numbers to the bit.
 */
export function moveTowards(variable: tf.Variable, to: tf.Tensor, t: number): void {
  const native = nativeBackend();
  if (native === null || variable.size < WORTHWHILE) {
    variable.assign(interpolate(variable, to, t));
    return;
  }
  const way = tf.sub(variable, to);
  const resource = new Resource(native, variable.shape);
  resource.assign(variable);
  variable.assign(to); // lets go of the memory that is written to now
  resource.subtract(tf.scalar(t), way);
  variable.assign(resource.take());
}
