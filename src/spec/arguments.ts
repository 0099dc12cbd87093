/** The arguments of a function in a spec: which parameter each is for, and its value. */
import { OPTIMIZERS, type Parameter } from './functions.js';
import { didYouMean } from './nearest.js';
import { SpecError, textOf } from './spec-error.js';
import type { ArgumentNode, CallNode, SpecNode } from './syntax.js';

/** The arguments that a call gives, by parameter. */
export type Given = Map<Parameter, ArgumentNode>;

/**
 * Which argument is for which parameter.
 *
 * @throws SpecError for an argument too many, twice, out of order, or of no parameter, and where a
 *   required one is missing that `isKnown` does not know from elsewhere.
 */
export function bindArguments(
  call: CallNode,
  parameters: readonly Parameter[],
  isKnown: (parameter: Parameter) => boolean = () => false,
): Given {
  const given: Given = new Map();
  let named = false;
  for (const [i, argument] of (call.args ?? []).entries()) {
    named ||= argument.name !== undefined;
    if (named && argument.name === undefined) {
      throw new SpecError('An argument by position stands before those by name.', argument);
    }
    const parameter = parameterOf(argument, i, call, parameters);
    if (given.has(parameter)) {
      throw new SpecError(`${parameter.name} is given twice.`, argument.name ?? argument);
    }
    given.set(parameter, argument);
  }
  const missing = parameters.find(
    (parameter) => parameter.default === undefined && !given.has(parameter) && !isKnown(parameter),
  );
  if (missing !== undefined) {
    const signature = signatureOf(call, parameters);
    throw new SpecError(`${call.name} needs ${missing.name}: it is ${signature}.`, call);
  }
  return given;
}

function parameterOf(
  argument: ArgumentNode,
  position: number,
  call: CallNode,
  parameters: readonly Parameter[],
): Parameter {
  if (argument.name !== undefined) {
    const name = textOf(argument.name);
    const parameter = parameters.find((known) => known.name === name);
    if (parameter === undefined) {
      const guess = didYouMean(
        name,
        parameters.map((known) => known.name),
      );
      throw new SpecError(`${call.name} has no argument "${name}"${guess}`, argument.name);
    }
    return parameter;
  }
  const parameter = parameters.filter(({ byName }) => !byName)[position];
  if (parameter === undefined) {
    const byName = parameters.some((known) => known.byName);
    const what = byName ? 'This argument needs its name' : 'This is an argument too many';
    throw new SpecError(`${what}: it is ${signatureOf(call, parameters)}.`, argument);
  }
  return parameter;
}

function signatureOf({ name }: CallNode, parameters: readonly Parameter[]): string {
  const written = parameters.map((parameter) => {
    const value = parameter.default?.();
    const shown = value === null ? '…' : value;
    return shown === undefined ? parameter.name : `${parameter.name}=${shown}`;
  });
  return `${name}(${written.join(', ')})`;
}

/**
 * The value of a number, a list of numbers, true or false, or a word.
 *
 * @throws SpecError when it is something else, or out of the parameter's range.
 */
export function plainValueOf({ name, kind, choices, range }: Parameter, node: SpecNode): unknown {
  const refuse = (what: string) => {
    throw new SpecError(`${name} is ${what}, not ${textOf(node)}.`, node);
  };
  switch (kind) {
    case 'number': {
      const words = `a number${range === undefined ? '' : ` ${range.words}`}`;
      return node.type === 'number' && (range?.includes(node.value) ?? true)
        ? node.value
        : refuse(words);
    }
    case 'numbers': {
      const items = node.type === 'list' ? node.items : [];
      const values = items.flatMap((item) => (item.type === 'number' ? [item.value] : []));
      return node.type === 'list' && values.length === items.length
        ? values
        : refuse('a list of numbers, as [1000, 2000]');
    }
    case 'boolean': {
      const word = wordOf(node);
      return word === 'true' || word === 'false' ? word === 'true' : refuse('true or false');
    }
    default: {
      const word = wordOf(node);
      return choices!.includes(word!) ? word : refuse(`one of ${choices!.join(', ')}`);
    }
  }
}

const wordOf = (node: SpecNode) =>
  node.type === 'call' && node.args === undefined ? node.name : undefined;

/** What a constructor throws, pointed at the argument it speaks of, else at the function. */
export function pointed(error: unknown, call: CallNode, given: Given): unknown {
  if (!(error instanceof Error)) {
    return error;
  }
  const { message } = error;
  // Its sentences about an option begin with the option's name.
  const found = [...given].find(([{ option }]) => message.startsWith(`${option} `));
  if (found === undefined) {
    return new SpecError(inWordsOf(call, message), call, { cause: error });
  }
  const [{ name, option }, argument] = found;
  return new SpecError(name + message.slice(option.length), argument, { cause: error });
}

/** A sentence about classes and their options, about functions and their parameters instead. */
function inWordsOf(call: CallNode, sentence: string): string {
  const isUsed = ([name]: [string, unknown]) => textOf(call).includes(name);
  const functions = Object.entries(OPTIMIZERS);
  const parameters = functions.flatMap(([, fn]) => fn.parameters);
  return sentence.replace(/(?:new )?\b(\w*[A-Z]\w*)\b/g, (text, word) => {
    const named = functions.filter(([, { className }]) => className === word);
    const [name] = named.find(isUsed) ?? named[0] ?? [];
    return name ?? parameters.find(({ option }) => option === word)?.name ?? text;
  });
}
