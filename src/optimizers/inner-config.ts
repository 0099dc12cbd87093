/** The inner optimizer's part of a wrapper's configuration. */
import * as tf from '@tensorflow/tfjs-core';
import { FusedAdam } from './adam.js';
import { FusedMomentum, FusedSgd } from './momentum.js';

type Config = tf.serialization.ConfigDict;

/**
 * Our own steps of tf.js's optimizers, which have the names of its classes: under these tf.js would
 * make its own again, whose steps round otherwise.
 */
const FUSED = { Adam: FusedAdam, Momentum: FusedMomentum, SGD: FusedSgd };

const isFused = (optimizer: tf.Optimizer) =>
  Object.values<unknown>(FUSED).includes(optimizer.constructor);

/** An optimizer's part of the configuration of a wrapper around it. */
export function innerToConfig(inner: tf.Optimizer): Config {
  const config = { className: inner.getClassName(), config: inner.getConfig() };
  return isFused(inner) ? { ...config, fused: true } : config;
}

/**
 * The optimizer of such a part.
 *
 * @throws Error when its class is not registered with tf.js.
 */
export function innerFromConfig(config: Config): tf.Optimizer {
  const { className, config: innerConfig } = config as { className: string; config: Config };
  const entry = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (entry === undefined) {
    throw new Error(
      `The saved optimizer wraps "${className}", which is not registered: call tf.serialization.registerClass with its class before loading.`,
    );
  }
  const [registered, fromConfig] = entry;
  const cls = config.fused === true ? FUSED[className as keyof typeof FUSED] : registered;
  return fromConfig(cls as typeof registered, innerConfig) as unknown as tf.Optimizer;
}
