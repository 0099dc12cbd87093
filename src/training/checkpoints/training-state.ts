/** All that the rest of a training depends on, beside its place in the data: as tensors and counts. */
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { layersByPath } from '../../layers/layers-of.js';
import { EvaluatingWrapper } from '../../optimizers/evaluating-wrapper.js';
import { loadChain, saveChain } from '../../optimizers/state.js';
import { chainOf } from '../../optimizers/wrapper.js';
import type { Elements, StoredTensor, TensorSource } from './tensor-file.js';

/** What is trained. */
export interface Trained {
  model: tfl.LayersModel;
  optimizer: tf.Optimizer;
}

/** By layer, how many dropout masks it has drawn: they depend on this number and a seed alone. */
export type DropoutSteps = Record<string, number>;

/** A whole state. */
export interface TrainingState<Tensor = TensorSource> {
  tensors: Map<string, Tensor>;
  dropoutSteps: DropoutSteps;
}

const WEIGHTS = 'weights/';
const OPTIMIZER = 'optimizer/';
const STATES = 'states/';

/**
 * The state as it is now. Its tensors are read one by one, and must be before the next step; reading
 * changes nothing.
 *
 * @param states - what the next batch starts from, an LSTM's h and c.
 */
export async function stateOf(
  { model, optimizer }: Trained,
  states: tf.Tensor[],
): Promise<TrainingState> {
  const named: [string, tf.Tensor][] = [
    ...model.weights.map((weight, i): [string, tf.Tensor] => [
      `${WEIGHTS}${i}/${weight.originalName}`,
      weight.read(),
    ]),
    ...(await saveChain(chainOf(optimizer))).map(({ name, tensor }): [string, tf.Tensor] => [
      `${OPTIMIZER}${name}`,
      tensor,
    ]),
    ...states.map((state, i): [string, tf.Tensor] => [`${STATES}${i}`, state]),
  ];
  const dropoutSteps = layersWithDropout(model).map(([name, layer]) => [name, layer.dropoutStep]);
  return {
    tensors: new Map(named.map(([name, tensor]) => [name, sourceOf(tensor)])),
    dropoutSteps: Object.fromEntries(dropoutSteps),
  };
}

/**
 * Puts a state back, bit for bit, into a model and an optimizer that are made like those it is of,
 * and of which the optimizer has taken no step.
 *
 * @returns what the next batch starts from: new tensors, the caller's to dispose.
 * @throws Error when it is the state of another model or optimizer.
 */
export async function restoreState(
  { model, optimizer }: Trained,
  { tensors, dropoutSteps }: TrainingState<StoredTensor>,
): Promise<tf.Tensor[]> {
  const made: tf.Tensor[] = [];
  const within = (folder: string) =>
    [...tensors]
      .filter(([name]) => name.startsWith(folder))
      .map(([name, { elements, shape, dtype }]) => {
        const tensor = tf.tensor(elements, shape, dtype);
        made.push(tensor);
        return { name: name.slice(folder.length), tensor };
      });
  try {
    model.setWeights(within(WEIGHTS).map(({ tensor }) => tensor));
    const chain = chainOf(optimizer);
    await loadChain(chain, within(OPTIMIZER));
    for (const wrapper of chain.filter((one) => one instanceof EvaluatingWrapper)) {
      wrapper.attach(model);
    }
    for (const [name, layer] of layersWithDropout(model)) {
      layer.dropoutStep = dropoutSteps[name];
    }
    return within(STATES).map(({ tensor }) => tensor.clone());
  } finally {
    tf.dispose(made);
  }
}

/** The layers that count their dropout masks, those within others too, by names that are unique. */
export const layersWithDropout = (model: tfl.LayersModel) =>
  layersByPath(model).filter(([, layer]) => 'dropoutStep' in layer) as [
    string,
    tfl.layers.Layer & { dropoutStep: number },
  ][];

const sourceOf = (tensor: tf.Tensor): TensorSource => ({
  dtype: tensor.dtype as TensorSource['dtype'],
  shape: tensor.shape,
  elements: () => tensor.dataSync() as Elements,
});
