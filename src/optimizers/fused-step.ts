/** Steps by TensorFlow's fused ops, in the memory in which the weights and the slots are. */
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, Resource } from '../runtime/native-ops.js';
import { type Gradients, listOfGradients } from './gradients.js';
import type { NamedTensor } from './state.js';

/** One field of tf.js's optimizers that holds a slot, by position. */
export type SlotField = { variable: tf.Variable }[];

/** Runs an op on a variable and its slots, in this order, with a gradient of the same shape. */
type FusedOp = (resources: Resource[], gradient: tf.Tensor) => void;

/**
 * `applyGradients` of an optimizer of tf.js, by a fused op where the backend is tfjs-node's on the
 * CPU.
 *
 * The op writes in place where nothing else holds a variable's memory, and otherwise to a copy: so
 * clones keep what they had. Each variable has new data afterwards, as after any assignment.
 *
 * @param stock - tf.js's own `applyGradients`. It also gets the variables whose step the op takes,
 *   without gradients: it makes their slots, and counts the step.
 * @param slots - the fields of the slots.
 * @param prepare - makes the op, before the optimizer's clock is turned.
 */
export function applyFused(
  gradients: Gradients,
  stock: (gradients: NamedTensor[]) => void,
  slots: SlotField[],
  prepare: () => FusedOp,
): void {
  const backend = nativeBackend();
  if (backend === null) {
    stock(gradients as NamedTensor[]);
    return;
  }
  const list = listOfGradients(gradients);
  const variables = list.map(({ name }) => tf.engine().registeredVariables[name]);
  const fused = list.map(({ tensor }, i) => canFuse(variables[i], tensor));
  tf.tidy(() => {
    const op = prepare();
    stock(list.map((entry, i) => (fused[i] ? { ...entry, tensor: NONE } : entry)));
    // Each serves all variables in turn, whatever their shapes: making one takes longer than many a step.
    const resources = [null, ...slots].map(() => new Resource(backend, []));
    for (const [i, { tensor: gradient }] of list.entries()) {
      if (fused[i]) {
        const written = [variables[i], ...slots.map((slot) => slot[i].variable)];
        writeTo(written, resources, gradient, op);
      }
    }
    for (const resource of resources) {
      resource.free();
    }
  });
}

/** No gradient: tf.js skips null tensors, though its types do not say so. */
const NONE = null as unknown as tf.Tensor;

/** tf.js's ops broadcast a gradient of another shape, which a fused op does not. */
const canFuse = (variable: tf.Variable | undefined, gradient: tf.Tensor | null) =>
  variable?.dtype === 'float32' &&
  gradient?.dtype === 'float32' &&
  !gradient.isDisposed &&
  tf.util.arraysEqual(variable.shape, gradient.shape);

function writeTo(
  variables: tf.Variable[],
  resources: Resource[],
  gradient: tf.Tensor,
  op: FusedOp,
): void {
  for (const { shape } of variables) {
    tf.util.assertShapesMatch(shape, gradient.shape, 'A gradient and its slot: ');
  }
  for (const [i, resource] of resources.entries()) {
    resource.assign(variables[i]);
    variables[i].assign(gradient); // lets go of the memory that is written to now
  }
  op(resources, gradient);
  for (const [i, resource] of resources.entries()) {
    variables[i].assign(resource.backend.createOutputTensor(resource.read()));
  }
}
