import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import fc from 'fast-check';
import { GradientClipping } from '../../src/optimizers/gradient-clipping.js';
import { LazyOptimizer } from '../../src/optimizers/lazy.js';
import { Lookahead } from '../../src/optimizers/lookahead.js';
import { ScheduledLearningRate } from '../../src/optimizers/scheduled.js';
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  multiStepDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from '../../src/optimizers/schedules.js';
import { disposeOptimizer } from '../../src/optimizers/slots.js';
import { WeightAveraging } from '../../src/optimizers/weight-averaging.js';
import { WeightDecay } from '../../src/optimizers/weight-decay.js';
import { optimizerFromSpec } from '../../src/spec/optimizer-from-spec.js';
import { optimizerToSpec } from '../../src/spec/optimizer-to-spec.js';
import { SpecError } from '../../src/spec/spec-error.js';
import { onBestBackend } from '../support/backends.js';

/** Something as a spec writes it, and how it is made without one. */
interface Written<T> {
  spec: string;
  make: () => T;
}

type Wrap = (inner: Written<tf.Optimizer>) => Written<tf.Optimizer>;
type Value = number | boolean | string | number[] | string[];

const rate = fc.double({ min: 0, max: 10, noNaN: true });
const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });
const above0 = fc.double({ min: 1e-9, max: 10, noNaN: true });
const count = fc.integer({ min: 1, max: 1e6 });

/** Values that may be left out, in the order of the parameters. */
const maybe = <T extends Value[]>(...values: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.tuple(...values.map((value) => fc.option(value, { nil: undefined }))) as fc.Arbitrary<
    Partial<T>
  >;

/** How one and the same call can be written. */
const style = fc.record({
  byPosition: fc.nat(6),
  space: fc.constantFrom('', ' ', '\n  '),
  exponential: fc.boolean(),
});

/** A call: what comes first, then values that have names. */
function call(
  { byPosition, space, exponential }: { byPosition: number; space: string; exponential: boolean },
  name: string,
  first: string[],
  names: string[],
  values: readonly (Value | undefined)[],
): string {
  const text = (value: Value): string => {
    if (Array.isArray(value)) {
      return `[${value.map((item) => (typeof item === 'string' ? JSON.stringify(item) : text(item))).join(`,${space}`)}]`;
    }
    return typeof value === 'number' && exponential ? value.toExponential() : String(value);
  };
  const gap = values.indexOf(undefined);
  const positional = Math.min(byPosition, gap < 0 ? values.length : gap);
  const written = values.flatMap((value, i) => {
    if (value === undefined) {
      return [];
    }
    return [i < positional ? text(value) : `${names[i]}${space}=${space}${text(value)}`];
  });
  return `${name}${space}(${space}${[...first, ...written].join(`${space},`)})`;
}

/** tf.js's optimizers; what a spec leaves out, tf.js is not told of either. */
const plain: fc.Arbitrary<Written<tf.Optimizer>> = fc.oneof(
  fc.tuple(style, rate).map(([s, lr]) => ({
    spec: call(s, 'sgd', [], ['lr'], [lr]),
    make: () => tf.train.sgd(lr),
  })),
  fc.tuple(style, rate, rate, maybe<[boolean]>(fc.boolean())).map(([s, lr, momentum, rest]) => ({
    spec: call(s, 'momentum', [], ['lr', 'momentum', 'nesterov'], [lr, momentum, ...rest]),
    make: () => tf.train.momentum(lr, momentum, ...rest),
  })),
  fc
    .tuple(style, maybe<[number, number, number, number]>(rate, fraction, fraction, above0))
    .map(([s, values]) => ({
      spec: call(s, 'adam', [], ['lr', 'beta1', 'beta2', 'epsilon'], values),
      make: () => tf.train.adam(...values),
    })),
  fc
    .tuple(
      style,
      maybe<[number, number, number, number, number]>(rate, fraction, fraction, above0, rate),
    )
    .map(([s, values]) => ({
      spec: call(s, 'adamax', [], ['lr', 'beta1', 'beta2', 'epsilon', 'decay'], values),
      make: () => tf.train.adamax(...values),
    })),
  fc.tuple(style, rate, maybe<[number]>(above0)).map(([s, lr, rest]) => ({
    spec: call(s, 'adagrad', [], ['lr', 'initial'], [lr, ...rest]),
    make: () => tf.train.adagrad(lr, ...rest),
  })),
  fc.tuple(style, maybe<[number, number, number]>(rate, fraction, above0)).map(([s, values]) => ({
    spec: call(s, 'adadelta', [], ['lr', 'rho', 'epsilon'], values),
    make: () => tf.train.adadelta(...values),
  })),
  fc
    .tuple(style, rate, maybe<[number, number, number]>(fraction, rate, above0))
    .map(([s, lr, rest]) => ({
      spec: call(s, 'rmsprop', [], ['lr', 'decay', 'momentum', 'epsilon'], [lr, ...rest]),
      make: () => tf.train.rmsprop(lr, ...rest),
    })),
);

/** Options by name, without those that are left out. */
const given = (names: string[], values: readonly (Value | undefined)[]) =>
  Object.fromEntries(
    names.map((name, i) => [name, values[i]]).filter(([, value]) => value !== undefined),
  );

/** A wrapper around any optimizer. */
const wrapping = <T extends Value[]>(
  name: string,
  names: string[],
  values: fc.Arbitrary<Partial<T>>,
  make: (inner: tf.Optimizer, options: object) => tf.Optimizer,
): fc.Arbitrary<Wrap> =>
  fc.tuple(style, values).map(([s, values]) => (inner: Written<tf.Optimizer>) => ({
    spec: call(s, name, [inner.spec], names, values as readonly (Value | undefined)[]),
    make: () => make(inner.make(), given(names, values as readonly (Value | undefined)[])),
  }));

const lookahead = wrapping(
  'lookahead',
  ['k', 'alpha', 'momentum'],
  maybe<[number, number, string]>(
    count,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('keep', 'reset', 'pullback'),
  ),
  (inner, options) => new Lookahead(inner, options),
);
/** Layers of any name at all. */
const lazy = wrapping(
  'lazy',
  ['rows', 'moments', 'layers'],
  fc
    .tuple(
      maybe<[string, string]>(
        fc.constantFrom('auto', 'gradient', 'indices'),
        fc.constantFrom('decay', 'freeze'),
      ),
      fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 }),
    )
    .map(([options, layers]) => [...options, layers] as [string?, string?, string[]?]),
  (inner, { layers, ...options }: { layers?: string[] }) =>
    new LazyOptimizer(inner, { ...options, embeddingLayers: layers! }),
);
const decay = wrapping(
  'weight_decay',
  ['decay', 'decoupled', 'filter'],
  maybe<[number, boolean, string]>(rate, fc.boolean(), fc.constantFrom('all', 'matrices')),
  (inner, options) => new WeightDecay(inner, options),
);
const clip = fc
  .tuple(above0, fc.constantFrom('value', 'norm', 'global_norm'))
  .map(([limit, kind]): Wrap => {
    const option = kind === 'global_norm' ? 'globalNorm' : kind;
    return (inner) => ({
      spec: `clip(${inner.spec}, ${kind}=${limit})`,
      make: () => new GradientClipping(inner.make(), { [option]: limit }),
    });
  });
const average = fc.oneof(
  wrapping(
    'ema',
    ['decay'],
    maybe<[number]>(fraction),
    (inner, options) => new WeightAveraging(inner, options),
  ),
  wrapping(
    'mean',
    ['from'],
    maybe<[number]>(count),
    (inner, options) => new WeightAveraging(inner, { ...options, mode: 'mean' }),
  ),
);

const asItIs: Wrap = (inner) => inner;

const schedule: fc.Arbitrary<Written<Schedule>> = fc.letrec<{ schedule: Written<Schedule> }>(
  (tie) => ({
    schedule: fc.oneof(
      { maxDepth: 2 },
      rate.map((r) => ({ spec: `constant(${r})`, make: () => constantRate(r) })),
      fc.tuple(style, rate, count, maybe<[number]>(above0)).map(([s, r, every, [gamma]]) => ({
        spec: call(s, 'step', [], ['initial', 'every', 'gamma'], [r, every, gamma]),
        make: () => stepDecay(r, { every, gamma }),
      })),
      fc
        .tuple(style, rate, fc.uniqueArray(count, { minLength: 1, maxLength: 4 }))
        .map(([s, r, steps]) => {
          const milestones = steps.sort((a, b) => a - b);
          return {
            spec: call(s, 'multistep', [], ['initial', 'milestones'], [r, milestones]),
            make: () => multiStepDecay(r, { milestones }),
          };
        }),
      fc.tuple(style, rate, above0).map(([s, r, gamma]) => ({
        spec: call(s, 'exponential', [], ['initial', 'gamma'], [r, gamma]),
        make: () => exponentialDecay(r, { gamma }),
      })),
      fc.tuple(style, rate, count, maybe<[number]>(rate)).map(([s, r, steps, [final]]) => ({
        spec: call(s, 'cosine', [], ['initial', 'steps', 'final'], [r, steps, final]),
        make: () => cosineDecay(r, { steps, final }),
      })),
      fc.tuple(count, tie('schedule')).map(([steps, nested]) => ({
        spec: `warmup(${steps}, ${nested.spec})`,
        make: () => warmUp(steps, nested.make()),
      })),
    ),
  }),
).schedule;

const scheduled = schedule.map(
  ({ spec, make }): Wrap =>
    (inner) => ({
      spec: `schedule(${inner.spec}, ${spec})`,
      make: () => new ScheduledLearningRate(inner.make(), make()),
    }),
);

/** Every sensible composition, from the inside out. */
const composition = fc
  .tuple(
    plain,
    fc.option(lazy, { nil: asItIs }),
    fc.array(fc.oneof(decay, clip), { maxLength: 2 }),
    fc.option(scheduled, { nil: asItIs }),
    fc.option(lookahead, { nil: asItIs }),
    fc.array(fc.oneof(decay, clip), { maxLength: 2 }),
    fc.option(average, { nil: asItIs }),
    fc.option(clip, { nil: asItIs }),
  )
  .map(([innermost, lazily, inside, rated, ahead, outside, averaged, clipped]) =>
    [lazily, ...inside, rated, ahead, ...outside, averaged, clipped].reduce(
      (inner, wrap) => wrap(inner),
      innermost,
    ),
  );

/**
 * The configuration, but not whether its steps are our own; within a schedule, without the learning
 * rate, which the schedule sets.
 */
function configOf(optimizer: tf.Optimizer): unknown {
  const text = JSON.stringify([optimizer.getClassName(), optimizer.getConfig()]);
  const isScheduled = text.includes('ScheduledLearningRate');
  return JSON.parse(text, (key, value) =>
    key === 'fused' || (isScheduled && key === 'learningRate') ? undefined : value,
  );
}

describe('Any composition of optimizers', () => {
  onBestBackend();

  it('is made by its spec as by its constructors', () => {
    fc.assert(
      fc.property(composition, ({ spec, make }) => {
        const [made, expected] = [optimizerFromSpec(spec), make()];
        expect(configOf(made)).to.deep.equal(configOf(expected));
        disposeOptimizer(made);
        disposeOptimizer(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('has one canonical spec, which makes it again', () => {
    fc.assert(
      fc.property(composition, ({ make }) => {
        const optimizer = make();
        const spec = optimizerToSpec(optimizer);
        const again = optimizerFromSpec(spec);
        expect(configOf(again)).to.deep.equal(configOf(optimizer));
        expect(optimizerToSpec(again)).to.equal(spec);
        disposeOptimizer(optimizer);
        disposeOptimizer(again);
      }),
      { numRuns: 300 },
    );
  });
});

describe('Any spec with a slip of the pen', () => {
  onBestBackend();

  it('makes an optimizer or points at a column of its own, and leaks nothing', () => {
    const slip = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.constantFrom('', '(', ')', ',', '=', '[', ']', '"', "'", '-', '0', 'x', 'e', '\\'),
        fc.string({ unit: 'grapheme', maxLength: 3 }),
      ),
    });
    let refused = 0;
    fc.assert(
      fc.property(composition, slip, ({ spec }, { at, remove, insert }) => {
        const i = Math.floor(at * spec.length);
        const slipped = spec.slice(0, i) + insert + spec.slice(i + remove);
        const before = tf.memory().numTensors;
        try {
          disposeOptimizer(optimizerFromSpec(slipped));
        } catch (error) {
          refused += 1;
          if (!(error instanceof SpecError)) throw error;
          expect(error.column).to.be.within(1, slipped.length + 1);
          expect(error.message.split('\n')).to.have.length(3);
        }
        expect(tf.memory().numTensors).to.equal(before);
      }),
      { numRuns: 500 },
    );
    expect(refused).to.be.greaterThan(100);
  });
});
