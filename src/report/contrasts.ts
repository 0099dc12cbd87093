/** What an optimizer is compared with: what is left of it without a wrapper or an option. */

import { textOf } from '../spec/spec-error.js';
import { type ArgumentNode, parseSpec, type SpecNode } from '../spec/syntax.js';

/**
 * All that is left of an optimizer when wrappers and options are taken from it, the nearest first:
 * `lookahead-adam`, `lazy-adam` and `adam` of `lookahead-lazy-adam`; `lazy(adam(1e-3))` and then
 * `adam(1e-3)` of `lazy(adam(1e-3), moments=freeze)`.
 *
 * @param optimizer - a name or a spec.
 * @returns without the optimizer itself; nothing for what can be taken no further apart.
 */
export function partsOf(optimizer: string): string[] {
  const parts = new Set([optimizer]);
  // A set goes on with what is added to it while it is gone through.
  for (const part of parts) for (const each of simpler(part)) parts.add(each);
  parts.delete(optimizer);
  return [...parts];
}

/** What is left without one option, or else without one wrapper, in each way. */
function simpler(optimizer: string): string[] {
  if (!optimizer.includes('(')) return simplerNames(optimizer);
  try {
    return simplerCalls(parseSpec(optimizer));
  } catch (error) {
    // Runs of another version may have another grammar.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function simplerNames(name: string): string[] {
  if (name.endsWith('-freeze')) return [name.replace(/-freeze$/, '')];
  const parts = name.split('-');
  return parts.slice(0, -1).map((_, i) => parts.filter((_, j) => j !== i).join('-'));
}

function simplerCalls(node: SpecNode): string[] {
  if (node.type !== 'call' || node.args === undefined) return [];
  const { name, args } = node;
  const texts = args.map(printArgument);
  const call = (own: string[]) => `${name}(${own.join(', ')})`;
  const options = args.flatMap((each, i) =>
    each.name ? [call(texts.filter((_, j) => j !== i))] : [],
  );
  const inner = args[0]?.value;
  if (inner?.type !== 'call' || inner.args === undefined || args[0].name) return options;
  const within = simplerCalls(inner).map((each) => call([each, ...texts.slice(1)]));
  return [...options, ...within, print(inner)];
}

/** A node as it is written in a canonical spec. */
function print(node: SpecNode): string {
  if (node.type === 'list') return `[${node.items.map(print).join(', ')}]`;
  if (node.type !== 'call' || node.args === undefined) return textOf(node);
  return `${node.name}(${node.args.map(printArgument).join(', ')})`;
}

const printArgument = ({ name, value }: ArgumentNode): string =>
  `${name ? `${textOf(name)}=` : ''}${print(value)}`;
