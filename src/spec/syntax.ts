/**
 * Reading the grammar of optimizer specs, which stands in EBNF at `optimizerFromSpec`.
 *
 * A call without parentheses is also how a word (`momentum=reset`, `nesterov=true`) and the plain name
 * of a layer are written: what a word means is known to the function whose argument it is.
 */
import { type Span, SpecError, textOf } from './spec-error.js';

/** A number, e.g. `1e-3`. */
export interface NumberNode extends Span {
  type: 'number';
  value: number;
}

/** A quoted text. */
export interface TextNode extends Span {
  type: 'text';
  value: string;
}

/** A list in brackets. */
export interface ListNode extends Span {
  type: 'list';
  items: SpecNode[];
}

/** A function with its arguments, or a word: a name without parentheses. */
export interface CallNode extends Span {
  type: 'call';
  name: string;
  /** Undefined without parentheses. */
  args?: ArgumentNode[];
}

/** An argument, by name or by position; the span is the value's. */
export interface ArgumentNode extends Span {
  /** Where the name is, of an argument by name. */
  name?: Span;
  value: SpecNode;
}

export type SpecNode = NumberNode | TextNode | ListNode | CallNode;

interface Token extends Span {
  kind: 'number' | 'name' | 'text' | 'sign' | 'end';
}

const NAME = '[A-Za-z_][\\w./-]*';
const TOKEN = new RegExp(
  [
    '(?<number>[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)',
    `(?<name>${NAME})`,
    `(?<text>"(?:[^"\\\\]|\\\\.)*"|'[^']*')`,
    '(?<sign>[()[\\],=])',
  ].join('|'),
  'y',
);
const PLAIN = new RegExp(`^${NAME}$`);

/** A text as it is written in a spec: as it is where that is a name, else in quotes. */
export const quoted = (text: string) => (PLAIN.test(text) ? text : JSON.stringify(text));

/**
 * Reads a spec.
 *
 * @throws SpecError when it does not follow the grammar.
 */
export function parseSpec(spec: string): SpecNode {
  const tokens = tokensOf(spec);
  let position = 0;

  const next = () => tokens[position];
  const isNext = (sign: string) => next().kind === 'sign' && textOf(next()) === sign;
  const take = () => tokens[position++];

  function value(): SpecNode {
    const { kind, ...span } = take();
    if (kind === 'number') {
      return { type: 'number', value: numberOf(span), ...span };
    }
    if (kind === 'text') {
      return { type: 'text', value: contentOf(span), ...span };
    }
    if (kind === 'name') {
      return call(span);
    }
    if (textOf(span) === '[') {
      const items = sequence(']', value);
      return { type: 'list', items, ...span, end: tokens[position - 1].end };
    }
    throw new SpecError(`A value is missing ${describe({ kind, ...span })}.`, span);
  }

  function call(span: Span): CallNode {
    const name = textOf(span);
    if (!isNext('(')) {
      return { type: 'call', name, ...span };
    }
    take();
    const args = sequence(')', argument);
    return { type: 'call', name, args, ...span, end: tokens[position - 1].end };
  }

  function argument(): ArgumentNode {
    const { kind, ...name } = next();
    const sign = tokens[position + 1];
    const isNamed = kind === 'name' && sign.kind === 'sign' && textOf(sign) === '=';
    position += isNamed ? 2 : 0;
    const node = value();
    const { spec, start, end } = node;
    return { value: node, spec, start, end, ...(isNamed && { name }) };
  }

  /** What stands between an opening sign, already taken, and its closing one. */
  function sequence<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    while (items.length > 0 || !isNext(close)) {
      items.push(item());
      if (isNext(close)) {
        break;
      }
      if (!isNext(',')) {
        throw new SpecError(`Expected "," or "${close}" ${describe(next())}.`, next());
      }
      take();
    }
    take();
    return items;
  }

  if (next().kind === 'end') {
    throw new SpecError('The spec is empty: write an optimizer such as adam(1e-3).', next());
  }
  const node = value();
  if (next().kind !== 'end') {
    throw new SpecError(`The spec should end ${describe(next())}.`, next());
  }
  return node;
}

const describe = (token: Token) =>
  token.kind === 'end' ? 'where the spec ends' : `before ${textOf(token)}`;

function tokensOf(spec: string): Token[] {
  const tokens: Token[] = [];
  let start = skipSpace(spec, 0);
  while (start < spec.length) {
    TOKEN.lastIndex = start;
    const groups = TOKEN.exec(spec)?.groups;
    const end = TOKEN.lastIndex;
    if (groups === undefined) {
      throw new SpecError(meaningless(spec, start), { spec, start, end: start + 1 });
    }
    const kind = Object.keys(groups).find((group) => groups[group] !== undefined);
    tokens.push({ kind: kind as Token['kind'], spec, start, end });
    start = skipSpace(spec, end);
  }
  return [...tokens, { kind: 'end', spec, start: spec.length, end: spec.length }];
}

function skipSpace(spec: string, from: number): number {
  const space = /\s*/y;
  space.lastIndex = from;
  space.exec(spec);
  return space.lastIndex;
}

function meaningless(spec: string, start: number): string {
  const character = String.fromCodePoint(spec.codePointAt(start)!);
  return character === '"' || character === "'"
    ? `The text that begins here has no closing ${character}.`
    : `There is no ${character} in the grammar of specs: quote names of layers that contain it.`;
}

function numberOf(span: Span): number {
  const value = Number(textOf(span));
  if (!Number.isFinite(value)) {
    throw new SpecError(`${textOf(span)} is too large for a number.`, span);
  }
  return value;
}

function contentOf(span: Span): string {
  const text = textOf(span);
  if (text.startsWith("'")) {
    return text.slice(1, -1);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpecError(`${text} is not a JSON string.`, span, { cause });
  }
}
