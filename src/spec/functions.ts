/** The functions of optimizer specs: what each is called, what it takes, what it makes. */
import * as tf from '@tensorflow/tfjs-core';
import { FusedAdam } from '../optimizers/adam.js';
import { GradientClipping, type GradientClippingOptions } from '../optimizers/gradient-clipping.js';
import { innerFromConfig } from '../optimizers/inner-config.js';
import { KerasAdam } from '../optimizers/keras-adam.js';
import { LazyOptimizer, type LazyOptions } from '../optimizers/lazy.js';
import { Lookahead, type LookaheadOptions } from '../optimizers/lookahead.js';
import { FusedMomentum, FusedSgd } from '../optimizers/momentum.js';
import { ScheduledLearningRate } from '../optimizers/scheduled.js';
import { type Schedule, type ScheduleConfig, scheduleFromConfig } from '../optimizers/schedules.js';
import { WeightAveraging, type WeightAveragingOptions } from '../optimizers/weight-averaging.js';
import { WeightDecay, type WeightDecayOptions } from '../optimizers/weight-decay.js';

/** What an argument is; `tables` are embedding layers, by name. */
export type Kind = 'number' | 'numbers' | 'boolean' | 'word' | 'tables' | 'optimizer' | 'schedule';

/** A parameter of a function. */
export interface Parameter {
  /** In a spec. */
  name: string;
  /** In the options and the configuration of what the function makes. */
  option: string;
  kind: Kind;
  /** Where it may be left out; null where there is then no such option. */
  default?: () => number | boolean | string | null;
  /** The values of a word. */
  choices?: readonly string[];
  /** The numbers that it can be, in words, where nothing else checks them. */
  range?: Range;
  /** Whether it is given by name only. */
  byName?: boolean;
  /** How it is written: by position, by name, or by name where it differs from the default. */
  shown: 'position' | 'name' | 'changed';
}

interface Range {
  includes(value: number): boolean;
  words: string;
}

/** Arguments by option, with defaults. */
export type Options = Record<string, unknown>;

/** A function that makes an optimizer. */
export interface OptimizerFunction {
  /** What the optimizer's `getClassName()` gives. */
  className: string;
  /** Its class, where that is not the one that is registered under the name. */
  cls?: unknown;
  parameters: readonly Parameter[];
  /** What else is in the configuration, where several functions make the same class. */
  fixed?: Options;
  make(options: Options): tf.Optimizer;
}

/** A function that makes a schedule. */
export interface ScheduleFunction {
  /** The `name` in the schedule's configuration. */
  className: string;
  parameters: readonly Parameter[];
  make(options: Options): Schedule;
}

const AT_LEAST_0: Range = { includes: (x) => x >= 0, words: 'of at least 0' };
const BELOW_1: Range = { includes: (x) => x >= 0 && x < 1, words: 'from 0 to below 1' };

/** A parameter; its option has its name, and it is written where it differs from the default. */
const parameter = (name: string, kind: Kind, rest: Partial<Parameter> = {}): Parameter => ({
  name,
  option: name,
  kind,
  shown: rest.default === undefined ? 'position' : 'changed',
  ...rest,
});

const number = (name: string, value?: number | null, rest: Partial<Parameter> = {}) =>
  parameter(name, 'number', { ...(value !== undefined && { default: () => value }), ...rest });
const flag = (name: string, value: boolean, rest: Partial<Parameter> = {}) =>
  parameter(name, 'boolean', { default: () => value, ...rest });
/** A word that is the first of its choices by default. */
const word = (name: string, choices: readonly string[]) =>
  parameter(name, 'word', { choices, default: () => choices[0] });

const LEARNING_RATE = { option: 'learningRate', shown: 'position', range: AT_LEAST_0 } as const;
const rate = (value?: number) => number('lr', value, LEARNING_RATE);
const fraction = (name: string, value: number) => number(name, value, { range: BELOW_1 });
const positive = (name: string, value: number, rest: Partial<Parameter> = {}) =>
  number(name, value, { range: AT_LEAST_0, ...rest });
/** tf.js's default depends on the precision of the backend. */
const epsilon = parameter('epsilon', 'number', {
  range: AT_LEAST_0,
  default: () => tf.backend().epsilon(),
});
const inner = parameter('optimizer', 'optimizer', { option: 'inner' });
const NAMED = { shown: 'name' } as const;

const plain = (className: string, ...parameters: Parameter[]): OptimizerFunction => ({
  className,
  parameters,
  make: (options) => innerFromConfig({ className, config: options as tf.serialization.ConfigDict }),
});

/** One of the same name as tf.js's own, which is the one that is registered. */
const fused = (
  cls: tf.serialization.SerializableConstructor<tf.Optimizer> & { className: string },
  ...parameters: Parameter[]
): OptimizerFunction => ({
  className: cls.className,
  cls,
  parameters,
  make: (options) => cls.fromConfig(cls, options as tf.serialization.ConfigDict),
});

/** A wrapper that is made of the inner optimizer and its other options. */
const wrapper = <O>(
  cls: { new (inner: tf.Optimizer, options: O): tf.Optimizer; readonly className: string },
  ...parameters: Parameter[]
): OptimizerFunction => ({
  className: cls.className,
  parameters: [inner, ...parameters],
  make: ({ inner, ...options }) => new cls(inner as tf.Optimizer, options as O),
});

const average = (mode: 'ema' | 'mean', parameter: Parameter): OptimizerFunction => ({
  className: WeightAveraging.className,
  parameters: [inner, parameter],
  fixed: { mode },
  make: ({ inner, ...options }) =>
    new WeightAveraging(inner as tf.Optimizer, { ...options, mode } as WeightAveragingOptions),
});

const limit = (name: string, option = name) => number(name, null, { option, byName: true });

/** The functions that make optimizers, by name. */
export const OPTIMIZERS: Record<string, OptimizerFunction> = {
  sgd: fused(FusedSgd, rate()),
  momentum: fused(
    FusedMomentum,
    rate(),
    positive('momentum', 0.9, NAMED),
    flag('nesterov', false, { option: 'useNesterov' }),
  ),
  adam: fused(FusedAdam, rate(1e-3), fraction('beta1', 0.9), fraction('beta2', 0.999), epsilon),
  keras_adam: fused(
    KerasAdam,
    rate(1e-3),
    fraction('beta1', 0.9),
    fraction('beta2', 0.999),
    number('epsilon', 1e-7, { range: AT_LEAST_0 }),
    number('ticks', 1),
  ),
  adamax: plain(
    'Adamax',
    rate(2e-3),
    fraction('beta1', 0.9),
    fraction('beta2', 0.999),
    epsilon,
    positive('decay', 0),
  ),
  adagrad: plain(
    'Adagrad',
    rate(),
    positive('initial', 0.1, { option: 'initialAccumulatorValue' }),
  ),
  adadelta: plain('Adadelta', rate(1e-3), fraction('rho', 0.95), epsilon),
  rmsprop: plain(
    'RMSProp',
    rate(),
    fraction('decay', 0.9),
    positive('momentum', 0),
    epsilon,
    flag('centered', false),
  ),
  lookahead: wrapper<LookaheadOptions>(
    Lookahead,
    number('k', 5, NAMED),
    number('alpha', 0.5, NAMED),
    word('momentum', ['keep', 'reset', 'pullback']),
  ),
  lazy: wrapper<LazyOptions>(
    LazyOptimizer,
    word('rows', ['auto', 'gradient', 'indices']),
    word('moments', ['decay', 'freeze']),
    parameter('layers', 'tables', { option: 'embeddingLayers', default: () => null }),
  ),
  weight_decay: wrapper<WeightDecayOptions>(
    WeightDecay,
    number('decay', 0.01, { shown: 'position' }),
    flag('decoupled', true),
    word('filter', ['all', 'matrices']),
  ),
  clip: wrapper<GradientClippingOptions>(
    GradientClipping,
    limit('value'),
    limit('norm'),
    limit('global_norm', 'globalNorm'),
  ),
  ema: average('ema', number('decay', 0.999, NAMED)),
  mean: average('mean', number('from', 1, NAMED)),
  schedule: {
    className: ScheduledLearningRate.className,
    parameters: [inner, parameter('schedule', 'schedule')],
    make: ({ inner, schedule }) =>
      new ScheduledLearningRate(inner as tf.Optimizer, schedule as Schedule),
  },
};

const scheduled = (className: string, ...parameters: Parameter[]): ScheduleFunction => ({
  className,
  parameters,
  make: ({ schedule, ...options }) => {
    const nested = schedule === undefined ? {} : { schedule: (schedule as Schedule).config };
    return scheduleFromConfig({ name: className, ...options, ...nested } as ScheduleConfig);
  },
});

const initial = number('initial');
const gamma = number('gamma', 0.1, NAMED);

/** The functions that make learning-rate schedules, by name. */
export const SCHEDULES: Record<string, ScheduleFunction> = {
  constant: scheduled('constantRate', number('rate')),
  step: scheduled('stepDecay', initial, number('every', undefined, NAMED), gamma),
  multistep: scheduled('multiStepDecay', initial, parameter('milestones', 'numbers', NAMED), gamma),
  exponential: scheduled('exponentialDecay', initial, number('gamma', undefined, NAMED)),
  cosine: scheduled('cosineDecay', initial, number('steps', undefined, NAMED), number('final', 0)),
  warmup: scheduled('warmUp', number('steps'), parameter('schedule', 'schedule')),
};
