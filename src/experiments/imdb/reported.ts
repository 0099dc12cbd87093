import type { ReportedClaim, ReportedFigure } from '../experiment.js';

const source = 'Su Jianlin, article of 2019-07-30 (Keras 2.2, best of 15 epochs, no seeds given)';

const adam = { value: 0.837, text: 'about 83.7 %', source, mark: 'read' } as const;
const lazyAdam = { value: 0.849, text: 'about 84.9 %', source, mark: 'read' } as const;
const above = {
  threshold: 0.849,
  text: 'consistently above 84.9 %',
  source,
  mark: 'read',
} as const;

/** The article's own optimizers, to the last detail: Keras's Adam, and its lazy one's doubled clock. */
const KERAS_ADAM = 'keras_adam(1e-3)';
const LAZY_KERAS_ADAM = 'lazy(keras_adam(1e-3, ticks=2))';

export const reported: ReportedFigure[] = [
  { optimizer: 'adam', ...adam },
  { optimizer: 'lazy-adam', ...lazyAdam },
  { optimizer: KERAS_ADAM, ...adam },
  { optimizer: LAZY_KERAS_ADAM, ...lazyAdam },
];

export const claims: ReportedClaim[] = [
  { optimizer: 'lazy-adam', ...above },
  { optimizer: LAZY_KERAS_ADAM, ...above },
];
