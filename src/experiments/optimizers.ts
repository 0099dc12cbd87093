/** The optimizers that experiments compare, by the names used on the command line and in results. */
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { LazyOptimizer } from '../optimizers/lazy.js';
import { Lookahead } from '../optimizers/lookahead.js';
import type { OptimizerRecipe, RunConfig } from './experiment.js';

const embeddingLayers = (model: tfl.LayersModel) =>
  model.layers.filter((layer) => layer.getClassName() === 'Embedding');

const adam = ({ lr }: RunConfig) => tf.train.adam(lr);

const lazyAdam = (config: RunConfig, model: tfl.LayersModel) =>
  new LazyOptimizer(adam(config), { embeddingLayers: embeddingLayers(model) });

/** Adam and the wrappers around it. */
export const ADAM_FAMILY: Record<string, OptimizerRecipe> = {
  adam: { lookahead: false, make: adam },
  'lazy-adam': { lookahead: false, make: lazyAdam },
  'lazy-adam-freeze': {
    lookahead: false,
    make: (config, model) =>
      new LazyOptimizer(adam(config), {
        embeddingLayers: embeddingLayers(model),
        moments: 'freeze',
      }),
  },
  'lookahead-adam': {
    lookahead: true,
    make: (config) => new Lookahead(adam(config), config),
  },
  'lookahead-lazy-adam': {
    lookahead: true,
    make: (config, model) => new Lookahead(lazyAdam(config, model), config),
  },
};
