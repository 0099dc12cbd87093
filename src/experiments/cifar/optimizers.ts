/** What is compared on CIFAR. Without another word, hyperparameters are the Lookahead paper's. */
import type { OptimizerRecipe } from '../experiment.js';

/** PyTorch's SGD: momentum 0.9, and a weight decay of 1e-3 that goes through it. */
const sgd = (lr?: number) => `weight_decay(momentum(${lr}, momentum=0.9), 0.001, decoupled=false)`;

export const optimizers: Record<string, OptimizerRecipe> = {
  sgd: { lookahead: false, defaults: { lr: 0.05 }, spec: ({ lr }) => sgd(lr) },
  polyak: {
    lookahead: false,
    defaults: { lr: 0.3 },
    ours: 'its average, an exponential moving one of the weights, evaluated with batch-norm statistics recomputed over 64 batches',
    spec: ({ lr, settings }) => `ema(${sgd(lr)}, decay=${settings.averageDecay})`,
  },
  adamw: {
    lookahead: false,
    defaults: { lr: 3e-4 },
    spec: ({ lr }) => `weight_decay(adam(${lr}), 1)`,
  },
  'lookahead-sgd': {
    lookahead: true,
    defaults: { lr: 0.1, k: 5, alpha: 0.8 },
    spec: ({ lr, k, alpha }) => `lookahead(${sgd(lr)}, k=${k}, alpha=${alpha})`,
  },
  'lookahead-adamw': {
    lookahead: true,
    defaults: { lr: 1e-3, k: 5, alpha: 0.5 },
    ours: 'all of its hyperparameters, for which no source has any',
    spec: ({ lr, k, alpha }) =>
      `lookahead(weight_decay(adam(${lr}), 0.01), k=${k}, alpha=${alpha})`,
  },
};
