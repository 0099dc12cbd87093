/** Making the optimizer that a spec describes. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Schedule } from '../optimizers/schedules.js';
import { disposeOptimizer } from '../optimizers/slots.js';
import { bindArguments, plainValueOf, pointed } from './arguments.js';
import { allTables, type SpecOptions, tablesIn } from './embeddings.js';
import { OPTIMIZERS, type Options, type Parameter, SCHEDULES } from './functions.js';
import { didYouMean } from './nearest.js';
import { SpecError, textOf } from './spec-error.js';
import { type CallNode, parseSpec, type SpecNode } from './syntax.js';

/** What holds for a part of a spec. */
interface Context extends SpecOptions {
  /** The learning rate of an optimizer that names none, within a schedule. */
  rate?: number;
}

/**
 * Makes the optimizer that a spec describes, such as `lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)`.
 *
 * Arguments are given by position first, then by name; those with a default may be left out, and with
 * none left the parentheses too. tf.js's optimizers, with tf.js's defaults:
 *
 *     sgd(lr)    momentum(lr, momentum=0.9, nesterov=false)
 *     adam(lr=1e-3, beta1=0.9, beta2=0.999, epsilon)
 *     keras_adam(lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-7, ticks=1)
 *     adamax(lr=2e-3, beta1=0.9, beta2=0.999, epsilon, decay=0)
 *     adagrad(lr, initial=0.1)    adadelta(lr=1e-3, rho=0.95, epsilon)
 *     rmsprop(lr, decay=0.9, momentum=0, epsilon, centered=false)
 *
 * `keras_adam` has ε where Keras 2.2 has it, beside √v before the bias correction,
 * θ ← θ − lr √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε), and counts t up by `ticks` a step: 2 is the clock of
 * the article's lazy optimizer around one table.
 *
 * What wraps an optimizer x (`Lookahead`, `LazyOptimizer`, `WeightDecay`, `GradientClipping`,
 * `WeightAveraging`, `ScheduledLearningRate`):
 *
 *     lookahead(x, k=5, alpha=0.5, momentum=keep|reset|pullback)
 *     lazy(x, rows=auto|gradient|indices, moments=decay|freeze, layers=[words, "my layer", …])
 *     weight_decay(x, decay=0.01, decoupled=true, filter=all|matrices)
 *     clip(x, value=… | norm=… | global_norm=…)
 *     ema(x, decay=0.999)    mean(x, from=1)
 *     schedule(x, s)
 *
 * and schedules s; an optimizer within one needs no learning rate, for the schedule sets it:
 *
 *     constant(rate)    step(initial, every, gamma=0.1)    multistep(initial, milestones=[…], gamma=0.1)
 *     exponential(initial, gamma)    cosine(initial, steps, final=0)    warmup(steps, s)
 *
 * The grammar in EBNF, where `lookahead(…)` is a call, `keep` a call without parentheses:
 *
 *     spec      = call ;
 *     call      = name, [ "(", [ argument, { ",", argument } ], ")" ] ;
 *     argument  = [ name, "=" ], value ;
 *     value     = number | text | list | call ;
 *     list      = "[", [ value, { ",", value } ], "]" ;
 *     name      = ( letter | "_" ), { letter | digit | "_" | "-" | "." | "/" } ;
 *     number    = [ "+" | "-" ], ( digits, [ ".", [ digits ] ] | ".", digits ), [ exponent ] ;
 *     exponent  = ( "e" | "E" ), [ "+" | "-" ], digits ;
 *     text      = JSON string | "'", { any character but "'" }, "'" ;
 *
 * Letters and digits are ASCII's; space between tokens means nothing.
 *
 * @param options - where `lazy` finds its layers: those it names, or all of them when it names none.
 * @throws SpecError with the column, for a spec that does not follow the grammar, names something that
 *   does not exist, or composes what cannot be composed.
 * @throws TypeError when `spec` is not a string.
 * @example
 * const optimizer = optimizerFromSpec('lookahead(lazy(adam(1e-3)), k=5, alpha=0.5)', { model });
 * model.compile({ optimizer, loss: 'binaryCrossentropy' });
 */
export function optimizerFromSpec(spec: string, options: SpecOptions = {}): tf.Optimizer {
  if (typeof spec !== 'string') {
    throw new TypeError(`A spec is a string such as 'adam(1e-3)', not ${String(spec)}.`);
  }
  return makeOptimizer(parseSpec(spec), options);
}

function makeOptimizer(node: SpecNode, context: Context): tf.Optimizer {
  const call = callOf('optimizer', node);
  const { parameters, make } = OPTIMIZERS[call.name];
  const { rate } = context;
  const isRate = ({ option }: Parameter) => option === 'learningRate' && rate !== undefined;
  const given = bindArguments(call, parameters, isRate);
  const options: Options = {};
  for (const parameter of parameters.filter(({ kind }) => kind !== 'optimizer')) {
    const argument = given.get(parameter);
    if (argument !== undefined) {
      options[parameter.option] = argumentOf(parameter, argument.value, context);
    } else if (parameter.kind === 'tables') {
      options[parameter.option] = allTables(context, call);
    } else {
      options[parameter.option] = isRate(parameter) ? rate : parameter.default!();
    }
  }
  const [inner] = parameters.flatMap((p) => (p.kind === 'optimizer' ? [given.get(p)!] : []));
  if (inner !== undefined) {
    const schedule = options.schedule as Schedule | undefined;
    options.inner = makeOptimizer(inner.value, { ...context, rate: schedule?.(0) ?? rate });
  }
  try {
    return make(withoutNull(options));
  } catch (error) {
    if (options.inner !== undefined) {
      disposeOptimizer(options.inner as tf.Optimizer);
    }
    throw pointed(error, call, given);
  }
}

function makeSchedule(node: SpecNode): Schedule {
  const call = callOf('schedule', node);
  const { parameters, make } = SCHEDULES[call.name];
  const given = bindArguments(call, parameters);
  const options: Options = {};
  for (const parameter of parameters) {
    const argument = given.get(parameter);
    options[parameter.option] =
      argument === undefined ? parameter.default!() : argumentOf(parameter, argument.value, {});
  }
  try {
    return make(options);
  } catch (error) {
    throw pointed(error, call, given);
  }
}

/** The value of an argument that is no optimizer. */
function argumentOf(parameter: Parameter, node: SpecNode, context: Context): unknown {
  if (parameter.kind === 'schedule') {
    return makeSchedule(node);
  }
  return parameter.kind === 'tables' ? tablesIn(node, context) : plainValueOf(parameter, node);
}

/** A node as a call of a function that makes what is wanted there. */
function callOf(wanted: 'optimizer' | 'schedule', node: SpecNode): CallNode {
  const names = Object.keys(wanted === 'optimizer' ? OPTIMIZERS : SCHEDULES);
  const others = Object.keys(wanted === 'optimizer' ? SCHEDULES : OPTIMIZERS);
  if (node.type !== 'call' || others.includes(node.name)) {
    const example =
      wanted === 'optimizer' ? 'an optimizer, as adam(1e-3)' : 'a schedule, as constant(1e-3)';
    throw new SpecError(`What is wanted here is ${example}, not ${textOf(node)}.`, node);
  }
  if (!names.includes(node.name)) {
    throw new SpecError(
      `There is no ${wanted} "${node.name}"${didYouMean(node.name, names)}`,
      node,
    );
  }
  return node;
}

const withoutNull = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
