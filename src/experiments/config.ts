/** From what a user asks for to a complete configuration, with every value checked. */
import { UsageError } from '../runtime/errors.js';
import { didYouMean } from '../spec/nearest.js';
import { cifar } from './cifar/cifar.js';
import type { Experiment, Hyperparameters, Preset, Protocol, RunConfig } from './experiment.js';
import { imdb } from './imdb/imdb.js';
import { isSpec } from './optimizers.js';
import { ptb } from './ptb/ptb.js';
import { scheduleText } from './schedule-text.js';

/** All experiments, by name. One that is added here can be run, swept and reported like the others. */
export const EXPERIMENTS: Record<string, Experiment> = {
  imdb,
  cifar10: cifar(10),
  cifar100: cifar(100),
  ptb,
};

/** What a user may choose; anything left out is the preset's or the experiment's. */
export type RunRequest = Pick<RunConfig, 'experiment' | 'optimizer'> &
  Partial<Omit<RunConfig, 'experiment' | 'optimizer'>>;

/** The experiment of that name. @throws UsageError with the nearest name. */
export const experimentNamed = (name: string): Experiment =>
  EXPERIMENTS[known('experiment', name, Object.keys(EXPERIMENTS))];

/**
 * The complete configuration of a run. A spec stays as it is written: what it describes shows when
 * there is a model.
 *
 * @throws UsageError for a name that does not exist, with the nearest that does, for a value out of
 *   range, and for one that the optimizer does not take.
 */
export function resolveConfig(request: RunRequest): RunConfig {
  const experiment = experimentNamed(request.experiment);
  const presetName = known('preset', request.preset ?? 'quick', Object.keys(experiment.presets));
  const preset = experiment.presets[presetName];
  const settings = { ...experiment.defaults.settings, ...preset.settings, ...request.settings };
  const config: RunConfig = {
    experiment: experiment.name,
    optimizer: request.optimizer,
    preset: presetName,
    seed: request.seed ?? 1,
    epochs: request.epochs ?? preset.epochs,
    batchSize: request.batchSize ?? preset.batchSize ?? experiment.defaults.batchSize,
    ...hyperparametersOf(request, experiment, preset),
    ...scheduleOf(request.schedule ?? preset.schedule),
    data: request.data ?? preset.data,
    ...heldOutOf(request, experiment, settings),
    settings,
  };
  check(config, experiment);
  return config;
}

/** What completes an optimizer that is given by name; nothing for one that is given by a spec. */
function hyperparametersOf(
  { optimizer, lr, k, alpha }: RunRequest,
  { optimizers, defaults }: Experiment,
  { hyperparameters = {} }: Preset,
): Pick<RunConfig, 'lr' | 'k' | 'alpha'> {
  if (isSpec(optimizer)) {
    const given = Object.entries({ lr, k, alpha }).filter(([, value]) => value !== undefined);
    if (given.length > 0) {
      const names = new Intl.ListFormat('en-GB', { type: 'disjunction' });
      throw new UsageError(
        `Beside a spec there is no ${names.format(given.map(([name]) => name))}: write what you want into ${optimizer} itself.`,
      );
    }
    return {};
  }
  known('optimizer', optimizer, Object.keys(optimizers), OR_A_SPEC);
  if (!optimizers[optimizer].lookahead && (k !== undefined || alpha !== undefined)) {
    const others = Object.keys(optimizers).filter((name) => optimizers[name].lookahead);
    throw new UsageError(
      `k and alpha are Lookahead's, and ${optimizer} has no Lookahead: leave them out, or choose ${others.join(' or ')}.`,
    );
  }
  const own = { ...defaults, ...optimizers[optimizer].defaults, ...hyperparameters[optimizer] };
  return { lr: lr ?? own.lr, k: k ?? own.k, alpha: alpha ?? own.alpha };
}

const scheduleOf = (schedule: RunConfig['schedule']) =>
  schedule === undefined ? {} : { schedule };

const PROTOCOLS: Protocol[] = ['best-on-test', 'held-out'];

/** What a configuration says of the protocol; nothing where it is the experiment's own. */
function heldOutOf(
  { protocol, heldOut }: Pick<RunRequest, 'protocol' | 'heldOut'>,
  { name, heldOutShare }: Experiment,
  { trainExamples }: RunConfig['settings'],
): Pick<RunConfig, 'protocol' | 'heldOut'> {
  if (protocol !== undefined) known('protocol', protocol, PROTOCOLS);
  if (heldOutShare === undefined && (protocol === 'best-on-test' || heldOut !== undefined)) {
    throw new UsageError(
      `${name} has validation data of its own, on which the best epoch is chosen: leave the protocol out.`,
    );
  }
  if (heldOutShare === undefined || protocol !== 'held-out') {
    if (heldOut !== undefined) {
      throw new UsageError(
        'Examples are held out under the protocol held-out alone: ask for it too.',
      );
    }
    return {};
  }
  return { protocol, heldOut: heldOut ?? Math.round(heldOutShare * Number(trainExamples)) };
}

/** The protocol that runs follow, in which a configuration or a summary names only another. */
export const protocolOf = ({
  experiment,
  protocol,
}: Pick<RunConfig, 'experiment' | 'protocol'>): Protocol =>
  protocol ?? (EXPERIMENTS[experiment]?.heldOutShare === undefined ? 'held-out' : 'best-on-test');

const OR_A_SPEC = ', or write a spec such as sgd(0.1) or lookahead(adam(1e-3), k=5)';

/**
 * The values of a configuration that are not its preset's. Left out are those that every run names
 * for itself, and where the data come from: the data set's own name says that.
 */
export function overridesOf(config: RunConfig): Hyperparameters {
  const { experiment, optimizer, preset, protocol, settings } = config;
  // How many are held out is a share of what there is to train on, which may be another number too.
  const { heldOut } = heldOutOf({ protocol }, experimentNamed(experiment), settings);
  const standard = decisive({ ...resolveConfig({ experiment, optimizer, preset }), heldOut });
  return Object.fromEntries(
    Object.entries(decisive(config)).filter(([key, value]) => value !== standard[key]),
  );
}

const decisive = ({ epochs, batchSize, lr, k, alpha, schedule, heldOut, settings }: RunConfig) =>
  ({
    ...{ epochs, batchSize, lr, k, alpha, schedule: scheduleText(schedule), heldOut },
    ...settings,
  }) as Hyperparameters;

function check(config: RunConfig, experiment: Experiment): void {
  wholeNumber('seed', config.seed, 0);
  wholeNumber('epochs', config.epochs, 1);
  wholeNumber('batch size', config.batchSize, 1);
  const { lr, k, alpha } = { ...experiment.defaults, ...config };
  wholeNumber('k', k, 1);
  within('lr', lr, lr > 0 && Number.isFinite(lr), 'a number above 0');
  within('alpha', alpha, alpha >= 0 && alpha <= 1, 'a number from 0 to 1');
  known('data source', config.data, ['auto', 'real', 'synthetic']);
  for (const [key, value] of Object.entries(config.settings)) {
    known('setting', key, Object.keys(experiment.defaults.settings));
    if (key in experiment.choices) {
      known(`value of ${key}`, String(value), experiment.choices[key]);
    } else if (experiment.rates.includes(key)) {
      const holds = typeof value === 'number' && value >= 0 && value < 1;
      within(key, value, holds, 'a number from 0 to below 1');
    } else if (experiment.positive?.includes(key)) {
      const holds = typeof value === 'number' && value > 0 && Number.isFinite(value);
      within(key, value, holds, 'a number above 0');
    } else {
      wholeNumber(key, value, experiment.fromZero?.includes(key) ? 0 : 1);
    }
  }
  const { heldOut, settings } = config;
  if (heldOut !== undefined) {
    wholeNumber('The number of examples held out', heldOut, 1);
    const holds = heldOut < Number(settings.trainExamples);
    within(
      'The number of examples held out',
      heldOut,
      holds,
      `below ${settings.trainExamples}, all there are`,
    );
  }
}

function known(kind: string, name: string, names: string[], otherwise = ''): string {
  if (!names.includes(name)) {
    throw new UsageError(
      `There is no ${kind} "${name}"${didYouMean(name, names, '.')} Choose one of ${names.join(', ')}${otherwise}.`,
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
