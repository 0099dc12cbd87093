import { createInterface } from 'node:readline/promises';
import { cellApi } from '../runtime/cell-api.js';
import { UsageError } from '../runtime/errors.js';

/**
 * Asks the reader for a line: in a field under the cell, or on the terminal.
 *
 * @param options.password - do not show what is typed (in a notebook alone).
 * @throws UsageError where nobody can answer.
 * @example const name = await input('Name of the run: ');
 */
export async function input(prompt: string, options: { password?: boolean } = {}): Promise<string> {
  const api = cellApi();
  if (api) return api.input(prompt, options);
  if (!process.stdin.isTTY) {
    throw new UsageError(`Nobody can answer “${prompt.trim()}” here: there is no terminal.`);
  }
  const terminal = createInterface(process.stdin, process.stdout);
  try {
    return await terminal.question(prompt);
  } finally {
    terminal.close();
  }
}

const never = new AbortController().signal;

/**
 * Tells the running cell's code, and what it leaves running, that it was asked to stop. Outside our
 * kernel it never does.
 *
 * @example for (const batch of batches) { if (interrupted().aborted) break; … }
 */
export function interrupted(): AbortSignal {
  return cellApi()?.interrupted() ?? never;
}
