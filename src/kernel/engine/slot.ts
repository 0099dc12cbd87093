import type ts from '@typescript/typescript6';
import { type Declarations, noDeclarations } from './declarations.js';

/** The module that hands names from cell to cell; not a file. */
export const SCOPE = 'cell:scope';

/** A file of the program that holds one cell, or waits for one. */
export interface Slot {
  readonly index: number;
  readonly file: string;
  version: number;
  text: string;
  snapshot: ts.IScriptSnapshot;
  /** Where the author's text begins in {@link text}. */
  offset: number;
  /** What the cell is called: `In[3]`. */
  label: string;
  declarations: Declarations;
  /** The cells whose names this one uses, by name. */
  uses: Map<string, Slot>;
  /** Whether the cell has been run: what it declares can be used by others. */
  committed: boolean;
}

export const EMPTY = {
  text: `import '${SCOPE}'; export {};`,
  offset: 0,
  label: '',
  declarations: noDeclarations(),
  uses: new Map<string, Slot>(),
};

/** The names and the effects of a cell. */
export function keysOf({ declarations: { names, effects } }: Slot): string[] {
  return [...names.keys(), ...effects];
}

/**
 * What stands before a cell's code, where an unfinished line cannot swallow it: names of earlier cells
 * and its own as exports. An import cannot be assigned to; a variable can that is declared to be of
 * the import's type.
 */
export function headerOf(
  { names, exported, written }: Declarations,
  uses: Map<string, Slot>,
): string {
  const isVariable = ([name, { declarations }]: [string, Slot]) =>
    written.has(name) && declarations.variables.has(name);
  const imported = [...uses].map((use) => {
    const [name, { index }] = use;
    return isVariable(use) ? `${name}$${index}` : `${name}$${index} as ${name}`;
  });
  const variables = [...uses]
    .filter(isVariable)
    .map(([name, { index }]) => ` declare let ${name}: typeof ${name}$${index};`);
  const own = [...names.keys()].filter((name) => !exported.has(name));
  return `import { ${imported.join(', ')} } from '${SCOPE}'; export { ${own.join(', ')} };${variables.join('')}\n`;
}
