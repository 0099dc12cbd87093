/** Whether the sides compute the same: nothing is timed before they do. */
import { sizeOf, type Variable } from './files.js';

/** What a side computed from the initial weights on the first batch, without dropout. */
export interface Computed {
  side: string;
  /** Of each variable, the first step's. */
  gradients: Float32Array[];
  /** Before each step, and after the last. */
  losses: number[];
}

/** Greatest distance of two gradients of a variable, as a share of ours (Euclidean norms). */
const GRADIENT = 1e-3;
/** Greatest difference of two losses, as a share of ours. */
const LOSS = 0.01;

/**
 * Compares every side with the first one: the gradient of every variable, norm-wise, and the loss of
 * every step; and demands that training has at least halved the loss.
 *
 * @throws Error in one sentence for the first thing that does not agree.
 */
export function demandAgreement([ours, ...others]: Computed[], variables: Variable[]): void {
  const [first, last] = [ours.losses[0], ours.losses.at(-1)!];
  if (!(last <= first / 2)) {
    throw new Error(
      `the steps of the check take our loss from ${first.toPrecision(4)} to ${last.toPrecision(4)} only, which shows nothing: at least half must go.`,
    );
  }
  for (const other of others) {
    for (const [i, variable] of variables.entries()) {
      const found = other.gradients[i].length;
      if (found !== sizeOf(variable)) {
        throw new Error(`${other.side} has ${found} numbers for ${variable.name}.`);
      }
      const far = distance(other.gradients[i], ours.gradients[i]);
      if (!(far <= GRADIENT)) {
        throw new Error(
          `the first gradient of ${variable.name} in ${other.side} is ${far.toExponential(1)} of its norm away from ours, more than ${GRADIENT}.`,
        );
      }
    }
    for (const [step, loss] of ours.losses.entries()) {
      const far = Math.abs(other.losses[step] - loss) / loss;
      if (!(far <= LOSS)) {
        throw new Error(
          `after ${step} steps on one batch the loss is ${loss.toPrecision(5)} in ours and ${other.losses[step].toPrecision(5)} in ${other.side}, more than 1 % apart.`,
        );
      }
    }
  }
}

/** ‖a − b‖ / ‖b‖; 0 where both are 0. */
export function distance(a: Float32Array, b: Float32Array): number {
  let [apart, norm] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    apart += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return apart === 0 ? 0 : Math.sqrt(apart / norm);
}
