import { format, inspect } from 'node:util';

/** What a Jupyter `error` message says. */
export interface Failure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Frames of the machinery that runs cells: no news to the author of one. */
const MACHINERY = /node:vm|node:internal|[\\/]tslab[\\/]dist[\\/]|[\\/]dist[\\/]kernel[\\/]/;

/**
 * A failed cell's error, from what tslab's executor printed about it.
 *
 * @param printed - the arguments of each `console.error` call: one exception, or one format string
 *   with its values for every compiler message.
 */
export function describeFailure(printed: unknown[][]): Failure {
  const [first] = printed;
  if (first?.length === 1) return describeException(first[0]);
  const lines = printed.map((call) => format(...call));
  return { ename: 'TypeScriptError', evalue: lines.join('\n'), traceback: lines };
}

function describeException(error: unknown): Failure {
  if (!(error instanceof Error)) {
    const evalue = typeof error === 'string' ? error : inspect(error);
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const lines = (error.stack ?? `${error.name}: ${error.message}`).split('\n');
  const traceback = lines.filter((line) => !(/^\s+at /.test(line) && MACHINERY.test(line)));
  return { ename: error.name, evalue: error.message, traceback };
}
