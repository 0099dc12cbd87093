/** The way back: from an optimizer to the spec that makes it. */
import * as tf from '@tensorflow/tfjs-core';
import type { LazyOptimizer } from '../optimizers/lazy.js';
import { namesOf } from '../optimizers/lazy-tables.js';
import { ScheduledLearningRate } from '../optimizers/scheduled.js';
import { OptimizerWrapper } from '../optimizers/wrapper.js';
import { knownTables, type SpecOptions, writtenTable } from './embeddings.js';
import {
  OPTIMIZERS,
  type OptimizerFunction,
  type Options,
  type Parameter,
  SCHEDULES,
} from './functions.js';
import { quoted } from './syntax.js';

/** What holds for a part of a spec. */
interface Context extends SpecOptions {
  /** Whether a schedule sets the learning rate. */
  scheduled?: boolean;
}

/**
 * The spec of an optimizer, in canonical form: {@link optimizerFromSpec} makes an optimizer of the
 * same configuration from it, whose spec it is again. Left out are
 *
 * - arguments that have their default, but for those that reports name: the learning rate, Lookahead's
 *   `k` and `alpha`, `momentum`, and the decay or the beginning of an average;
 * - the learning rate within a schedule, where it is only that of the last step;
 * - the layers of `lazy`, where they are all that `options` name.
 *
 * Numbers are as JavaScript prints them, small ones in the shorter of 0.001 and 1e-3.
 *
 * @param options - as for `optimizerFromSpec`.
 * @throws TypeError when no spec describes the optimizer: a class of one's own, a schedule or a filter
 *   that is a function, a number that is not finite.
 * @example
 * optimizerToSpec(new Lookahead(tf.train.adam(0.001))); // 'lookahead(adam(1e-3), k=5, alpha=0.5)'
 */
export function optimizerToSpec(optimizer: tf.Optimizer, options: SpecOptions = {}): string {
  if (!(Object(optimizer) instanceof tf.Optimizer)) {
    throw new TypeError(`optimizerToSpec takes a tf.Optimizer, not ${String(optimizer)}.`);
  }
  return write(optimizer, options);
}

function write(optimizer: tf.Optimizer, context: Context): string {
  const isSchedule = optimizer instanceof ScheduledLearningRate;
  // First, for the configuration of a wrapper holds that of what it wraps, which may have none.
  const inner =
    optimizer instanceof OptimizerWrapper
      ? write(optimizer.inner, { ...context, scheduled: isSchedule || context.scheduled })
      : '';
  if (isSchedule && optimizer.schedule.config === undefined) {
    throw new TypeError(
      'A schedule that was written by hand has no spec: make it with cosineDecay, stepDecay or their like.',
    );
  }
  const [name, { parameters }] = functionOf(optimizer);
  const config = optimizer.getConfig() as Options;
  const written = parameters.flatMap((parameter) => {
    const { kind, option } = parameter;
    if (kind === 'optimizer') {
      return [inner];
    }
    if (kind === 'tables') {
      return writtenTables(optimizer as LazyOptimizer, context);
    }
    return context.scheduled && option === 'learningRate'
      ? []
      : writtenArgument(parameter, config[option]);
  });
  return `${name}(${written.join(', ')})`;
}

function functionOf(optimizer: tf.Optimizer): [string, OptimizerFunction] {
  const className = optimizer.getClassName();
  const registered = tf.serialization.SerializationMap.getMap().classNameMap[className]?.[0];
  // A class that extends one of these has its name, but may take other steps.
  const found = Object.entries(OPTIMIZERS).find(
    ([, fn]) =>
      fn.className === className &&
      Object.entries(fn.fixed ?? {}).every(([key, value]) => optimizer.getConfig()[key] === value),
  );
  if (found === undefined || ![registered, found[1].cls].includes(optimizer.constructor)) {
    throw new TypeError(
      `${optimizer.constructor.name} has no spec: specs describe tf.js's optimizers and this library's wrappers; keep its getConfig() instead.`,
    );
  }
  return found;
}

function writtenSchedule({ name, ...config }: Options): string {
  const [fn, { parameters }] = Object.entries(SCHEDULES).find(([, s]) => s.className === name)!;
  const written = parameters.flatMap((parameter) =>
    writtenArgument(parameter, config[parameter.option]),
  );
  return `${fn}(${written.join(', ')})`;
}

/** An argument as it is written, in a list; empty where it is left out. */
function writtenArgument(parameter: Parameter, value: unknown): string[] {
  const { name, shown } = parameter;
  const isDefault = shown === 'changed' && value === parameter.default?.();
  if (isDefault || value === undefined) {
    return [];
  }
  const written = writtenValue(parameter, value);
  return [shown === 'position' ? written : `${name}=${written}`];
}

function writtenValue(parameter: Parameter, value: unknown): string {
  switch (parameter.kind) {
    case 'number':
      return writtenNumber(parameter.name, value as number);
    case 'numbers':
      return `[${(value as number[]).map((item) => writtenNumber(parameter.name, item)).join(', ')}]`;
    case 'schedule':
      return writtenSchedule(value as Options);
    case 'word':
      return writtenWord(parameter, value as string);
    default:
      return String(value);
  }
}

function writtenWord({ name, choices }: Parameter, word: string): string {
  if (!choices!.includes(word)) {
    throw new TypeError(`A ${name} that is a ${word} has no spec: use ${choices!.join(' or ')}.`);
  }
  return quoted(word);
}

function writtenNumber(name: string, value: number): string {
  if (!Number.isFinite(value)) {
    throw new TypeError(`${name} is ${value}, and a spec has finite numbers only.`);
  }
  const [plain, exponential] = [String(value), value.toExponential()];
  return Math.abs(value) < 1 && exponential.length < plain.length ? exponential : plain;
}

function writtenTables(optimizer: LazyOptimizer, context: Context): string[] {
  const known = knownTables(context);
  const written = optimizer.tableNames(known).map(writtenTable).join(', ');
  const all = known && namesOf(known).map(writtenTable).join(', ');
  return all === written ? [] : [`layers=[${written}]`];
}
