/** From what a user asks for to a complete configuration, with every value checked. */
import { closest, distance } from 'fastest-levenshtein';
import { UsageError } from '../runtime/errors.js';
import type { Experiment, RunConfig } from './experiment.js';
import { imdb } from './imdb/imdb.js';

/** All experiments, by name. */
export const EXPERIMENTS: Record<string, Experiment> = { imdb };

/** What a user may choose; anything left out is the preset's or the experiment's. */
export type RunRequest = Pick<RunConfig, 'experiment' | 'optimizer'> &
  Partial<Omit<RunConfig, 'experiment' | 'optimizer'>>;

/** Values of a configuration that are not its preset's, by name. */
export type Overrides = Record<string, number | string>;

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

/**
 * The values of a configuration that are not its preset's. Left out are those that every run names
 * for itself, and where the data come from: the data set's own name says that.
 */
export function overridesOf(config: RunConfig): Overrides {
  const { experiment, optimizer, preset } = config;
  const standard = decisive(resolveConfig({ experiment, optimizer, preset }));
  return Object.fromEntries(
    Object.entries(decisive(config)).filter(([key, value]) => value !== standard[key]),
  );
}

const decisive = ({ epochs, batchSize, lr, k, alpha, settings }: RunConfig) =>
  ({ epochs, batchSize, lr, k, alpha, ...settings }) as Overrides;

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
    } else if (experiment.rates.includes(key)) {
      const holds = typeof value === 'number' && value >= 0 && value < 1;
      within(key, value, holds, 'a number from 0 to below 1');
    } else {
      wholeNumber(key, value, 1);
    }
  }
}

function known(kind: string, name: string, names: string[]): string {
  if (!names.includes(name)) {
    const nearest = closest(name, names);
    // A name that shares less than half its letters is no slip of the pen.
    const guess = distance(name, nearest) <= name.length / 2 ? `; did you mean ${nearest}?` : '.';
    throw new UsageError(
      `There is no ${kind} "${name}"${guess} Choose one of ${names.join(', ')}.`,
    );
  }
  return name;
}

function wholeNumber(what: string, value: unknown, least: number): void {
  within(
    what,
    value,
    Number.isSafeInteger(value) && (value as number) >= least,
    `a whole number from ${least}`,
  );
}

function within(what: string, value: unknown, holds: boolean, expected: string): void {
  if (!holds) {
    throw new UsageError(`${what} is ${expected}, not ${value}.`);
  }
}
