import type { serialization } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/**
 * The class of tf.layers' own layers of a kind: exported is only the function that makes one.
 *
 * @typeParam Layer - that class, or `layers.Layer` where its private fields are declared anew.
 * @param make - that function, e.g. `layers.conv2d`.
 * @param config - the options that it cannot do without.
 */
export function stockClass<Config, Layer extends layers.Layer>(
  make: (config: Config) => Layer,
  config: Config,
): serialization.SerializableConstructor<Layer> {
  // With a name it is not counted among the program's layers, which are named by their numbers.
  const layer = make({ ...config, name: 'prototype' });
  return layer.constructor as serialization.SerializableConstructor<Layer>;
}
