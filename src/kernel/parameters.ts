/** Values for a notebook's parameters, by papermill's convention. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../runtime/errors.js';

/** Values by the parameter's name: what JSON can hold. */
export type NotebookParameters = Record<string, unknown>;

/**
 * The source of the cell that is to stand behind the one tagged `parameters`: each value declared
 * anew, by `let`, so that its type is not the one value's.
 *
 * @throws UsageError when no cell is tagged so, it declares no such name, or JSON cannot hold a value.
 */
export async function parametersCell(file: string, values: NotebookParameters): Promise<string> {
  const cells = cellsOf(file).filter(isTagged);
  if (cells.length === 0) {
    throw new UsageError(`${file} has no cell tagged "parameters", so there is nothing to set.`);
  }
  const source = [cells[0].source].flat().join('');
  // TypeScript is large: commands that set nothing do not load it.
  const { variablesOf } = await import('./engine/declarations.js');
  const known = variablesOf(source);
  const unknown = Object.keys(values).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`${file} has no parameter ${unknown}: it has ${known.join(', ')}.`);
  }
  const lines = Object.entries(values).map(
    ([name, value]) => `let ${name} = ${json(name, value)};`,
  );
  return ['// Set from outside', ...lines].join('\n');
}

/**
 * A value as a command line gives it: JSON, or else the text itself.
 *
 * @param text - `name=value`.
 * @throws UsageError without a name and an equals sign.
 */
export function parseParameter(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set takes name=value, not "${text}".`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}

/** @throws UsageError for a number that is not finite, which would become null. */
function json(name: string, value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part !== 'number' || Number.isFinite(part)) return part;
    throw new UsageError(`The parameter ${name} must have finite numbers, not ${part}.`);
  });
}

interface Cell {
  metadata?: { tags?: unknown };
  source: string | string[];
}

function isTagged({ metadata }: Cell): boolean {
  const tags = metadata?.tags;
  return Array.isArray(tags) && tags.includes('parameters');
}

function cellsOf(file: string): Cell[] {
  const unreadable = (reason: string) =>
    new UsageError(`${file} is not a notebook that Jupyter can read: ${reason}`);
  let cells: unknown;
  try {
    cells = JSON.parse(readFileSync(file, 'utf8'))?.cells ?? [];
  } catch (error) {
    throw unreadable((error as Error).message);
  }
  const isObject = (cell: unknown): cell is Cell => typeof cell === 'object' && cell !== null;
  if (Array.isArray(cells) && cells.every(isObject)) return cells;
  throw unreadable('its cells are no list of objects.');
}
