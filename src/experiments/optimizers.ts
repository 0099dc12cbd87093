/** The optimizers that experiments compare: by the names used in results, or by specs. */
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { UsageError } from '../runtime/errors.js';
import { optimizerFromSpec, SpecError } from '../spec/index.js';
import type { Experiment, OptimizerRecipe, RunConfig } from './experiment.js';

/** Adam and the wrappers around it. */
export const ADAM_FAMILY: Record<string, OptimizerRecipe> = {
  adam: { lookahead: false, spec: ({ lr }) => `adam(${lr})` },
  'lazy-adam': { lookahead: false, spec: ({ lr }) => `lazy(adam(${lr}))` },
  'lazy-adam-freeze': {
    lookahead: false,
    spec: ({ lr }) => `lazy(adam(${lr}), moments=freeze)`,
  },
  'lookahead-adam': {
    lookahead: true,
    spec: ({ lr, k, alpha }) => `lookahead(adam(${lr}), k=${k}, alpha=${alpha})`,
  },
  'lookahead-lazy-adam': {
    lookahead: true,
    spec: ({ lr, k, alpha }) => `lookahead(lazy(adam(${lr})), k=${k}, alpha=${alpha})`,
  },
};

/** Whether an optimizer is given by a spec: anything with a parenthesis, which no name has. */
export const isSpec = (optimizer: string) => /[()]/.test(optimizer);

/**
 * The optimizer of a configuration, for its model. A backend must have been started.
 *
 * @throws UsageError for a spec that describes no optimizer, with the caret under the mistake.
 */
export function makeOptimizer(
  config: RunConfig,
  { optimizers }: Experiment,
  model: tfl.LayersModel,
): tf.Optimizer {
  const { optimizer } = config;
  const spec = isSpec(optimizer) ? optimizer : optimizers[optimizer].spec(config);
  try {
    return optimizerFromSpec(spec, { model });
  } catch (cause) {
    throw cause instanceof SpecError ? new UsageError(cause.message, { cause }) : cause;
  }
}
