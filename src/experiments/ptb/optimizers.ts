/** What is compared on the Penn Treebank. */
import type { OptimizerRecipe, RunConfig } from '../experiment.js';

type Config = Pick<RunConfig, 'lr' | 'k' | 'alpha' | 'settings'>;

/** An optimizer of gradients that are clipped, and decay first where the settings ask for it. */
function clipped(inner: string, { settings }: Config): string {
  const { clip, weightDecay } = settings;
  const decayed =
    weightDecay === 0 ? inner : `weight_decay(${inner}, ${weightDecay}, decoupled=false)`;
  return `clip(${decayed}, global_norm=${clip})`;
}

const lookahead = (inner: string, { k, alpha }: Config) =>
  `lookahead(${inner}, k=${k}, alpha=${alpha})`;

const OURS = 'its learning rate, clipping, schedule, k and alpha';

export const optimizers: Record<string, OptimizerRecipe> = {
  sgd: {
    lookahead: false,
    defaults: { lr: 1 },
    spec: (config) => clipped(`sgd(${config.lr})`, config),
  },
  'lookahead-sgd': {
    lookahead: true,
    defaults: { lr: 1, k: 10, alpha: 0.5 },
    ours: 'its k and alpha',
    spec: (config) => lookahead(clipped(`sgd(${config.lr})`, config), config),
  },
  adam: {
    lookahead: false,
    defaults: { lr: 1e-3 },
    ours: 'its learning rate, clipping and schedule',
    spec: (config) => clipped(`adam(${config.lr})`, config),
  },
  'lookahead-adam': {
    lookahead: true,
    defaults: { lr: 1e-3, k: 10, alpha: 0.5 },
    ours: OURS,
    spec: (config) => lookahead(clipped(`adam(${config.lr})`, config), config),
  },
  'lazy-adam': {
    lookahead: false,
    defaults: { lr: 1e-3 },
    ours: 'its learning rate, clipping and schedule',
    spec: (config) => clipped(`lazy(adam(${config.lr}))`, config),
  },
  'lookahead-lazy-adam': {
    lookahead: true,
    defaults: { lr: 1e-3, k: 10, alpha: 0.5 },
    ours: OURS,
    spec: (config) => lookahead(clipped(`lazy(adam(${config.lr}))`, config), config),
  },
};
