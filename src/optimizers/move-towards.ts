/** Steps from some weights towards others: Lookahead's of the slow weights, and those of averages. */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, Resource } from '../runtime/native-ops.js';

/**
 * a + t(b − a); `a` itself for t = 0, and `b` for t = 1: the arithmetic would give NaN for 0 once b has
 * overflowed, and for 1 not quite b.
 */
export function interpolate<T extends tf.Tensor>(a: T, b: T, t: number | tf.Tensor): T {
  if (t === 0) return a;
  return t === 1 ? b : (tf.add(a, tf.mul(tf.sub(b, a), t)) as T);
}

/** Below this number of elements the passes saved are not worth the calls. */
const WORTHWHILE = 1 << 16;

/**
 * variable ← variable + t(to − variable) for 0 < t < 1, run inside a tidy.
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
