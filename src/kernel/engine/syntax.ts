import type * as ES from 'estree';

/** A node as acorn makes them: with where it stands. */
export type Located<T> = T & { start: number; end: number };
type AnyNode = Located<ES.Node>;

/** What scopes do not say about the nodes of a program. */
export interface Surroundings {
  /** Starts of identifiers that are short for `name: name`. */
  shorthands: Set<number>;
  /** Starts of identifiers that are called: the call must not give them a `this`. */
  callees: Set<number>;
  /** Starts of declarations in the head of a for-in or for-of loop. */
  loopHeads: Set<number>;
  dynamicImports: Located<ES.ImportExpression>[];
  metas: Located<ES.MetaProperty>[];
  /** Whether there is an `await` outside of functions. */
  isAsync: boolean;
}

export function surroundings(program: ES.Program): Surroundings {
  const found: Surroundings = {
    shorthands: new Set(),
    callees: new Set(),
    loopHeads: new Set(),
    dynamicImports: [],
    metas: [],
    isAsync: false,
  };
  visit(program as AnyNode, false, found);
  return found;
}

function visit(node: AnyNode, inFunction: boolean, found: Surroundings): void {
  note(node, inFunction, found);
  const inner = inFunction || /^(?:Function|ArrowFunction)/.test(node.type);
  for (const child of Object.values(node)) {
    for (const each of Array.isArray(child) ? child : [child]) {
      if (typeof each?.type === 'string') visit(each, inner, found);
    }
  }
}

function note(node: AnyNode, inFunction: boolean, found: Surroundings): void {
  const start = (child: ES.Node) => (child as AnyNode).start;
  switch (node.type) {
    case 'Property':
      if (node.shorthand) found.shorthands.add(start(node.value));
      break;
    case 'CallExpression':
      found.callees.add(start(node.callee));
      break;
    case 'TaggedTemplateExpression':
      found.callees.add(start(node.tag));
      break;
    case 'ForOfStatement':
      found.loopHeads.add(start(node.left));
      if (node.await && !inFunction) found.isAsync = true;
      break;
    case 'ForInStatement':
      found.loopHeads.add(start(node.left));
      break;
    case 'AwaitExpression':
      if (!inFunction) found.isAsync = true;
      break;
    case 'ImportExpression':
      found.dynamicImports.push(node);
      break;
    case 'MetaProperty':
      if (node.meta.name === 'import') found.metas.push(node);
      break;
  }
}
