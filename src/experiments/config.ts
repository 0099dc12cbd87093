/** From what a user asks for to a complete configuration, with every value checked. */
import { closest } from 'fastest-levenshtein';
import { UsageError } from '../runtime/errors.js';
import type { Experiment, RunConfig } from './experiment.js';
import { imdb } from './imdb/imdb.js';

/** All experiments, by name. */
export const EXPERIMENTS: Record<string, Experiment> = { imdb };

/** What a user may choose; anything left out is the preset's or the experiment's. */
export type RunRequest = Pick<RunConfig, 'experiment' | 'optimizer'> &
  Partial<Omit<RunConfig, 'experiment' | 'optimizer'>>;

/** The experiment of that name. @throws UsageError with the nearest name. */
export const experimentNamed = (name: string): Experiment =>
  EXPERIMENTS[known('experiment', name, Object.keys(EXPERIMENTS))];

/**
 * The complete configuration of a run.
 *
 * @throws UsageError for a name that does not exist, with the nearest that does, and for a value out
 *   of range.
 */
export function resolveConfig(request: RunRequest): RunConfig {
  const experiment = experimentNamed(request.experiment);
  const presetName = known('preset', request.preset ?? 'quick', Object.keys(experiment.presets));
  const optimizer = known('optimizer', request.optimizer, Object.keys(experiment.optimizers));
  const preset = experiment.presets[presetName];
  const config: RunConfig = {
    experiment: experiment.name,
    optimizer,
    preset: presetName,
    seed: request.seed ?? 1,
    epochs: request.epochs ?? preset.epochs,
    batchSize: request.batchSize ?? experiment.defaults.batchSize,
    lr: request.lr ?? experiment.defaults.lr,
    k: request.k ?? experiment.defaults.k,
    alpha: request.alpha ?? experiment.defaults.alpha,
    data: request.data ?? preset.data,
    settings: { ...experiment.defaults.settings, ...preset.settings, ...request.settings },
  };
  const { lookahead } = experiment.optimizers[optimizer];
  if (!lookahead && (request.k !== undefined || request.alpha !== undefined)) {
    throw new UsageError(
      `k and alpha are Lookahead's, and ${optimizer} has no Lookahead: leave them out, or choose ${Object.keys(
        experiment.optimizers,
      )
        .filter((name) => experiment.optimizers[name].lookahead)
        .join(' or ')}.`,
    );
  }
  check(config, experiment);
  return config;
}

function check(config: RunConfig, experiment: Experiment): void {
  wholeNumber('seed', config.seed, 0);
  wholeNumber('epochs', config.epochs, 1);
  wholeNumber('batch size', config.batchSize, 1);
  wholeNumber('k', config.k, 1);
  within('lr', config.lr, config.lr > 0 && Number.isFinite(config.lr), 'a number above 0');
  within('alpha', config.alpha, config.alpha >= 0 && config.alpha <= 1, 'a number from 0 to 1');
  known('data source', config.data, ['auto', 'real', 'synthetic']);
  for (const [key, value] of Object.entries(config.settings)) {
    known('setting', key, Object.keys(experiment.defaults.settings));
    if (key in experiment.choices) {
      known(`value of ${key}`, String(value), experiment.choices[key]);
    }
  }
}

function known(kind: string, name: string, names: string[]): string {
  if (!names.includes(name)) {
    throw new UsageError(
      `There is no ${kind} "${name}"; did you mean ${closest(name, names)}? There is ${names.join(', ')}.`,
    );
  }
  return name;
}

function wholeNumber(what: string, value: number, least: number): void {
  within(
    what,
    value,
    Number.isSafeInteger(value) && value >= least,
    `a whole number from ${least}`,
  );
}

function within(what: string, value: number, holds: boolean, expected: string): void {
  if (!holds) {
    throw new UsageError(`${what} is ${expected}, not ${value}.`);
  }
}
