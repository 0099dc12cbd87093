import { inspect } from 'node:util';
import type { Failure } from '../failure.js';

/** What an exception says; its stack is in terms of cells already. */
export function describeException(error: unknown): Failure {
  if (!(error instanceof Error)) {
    const evalue = typeof error === 'string' ? error : inspect(error);
    return { ename: 'Thrown', evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const evalue = plain(String(error.message));
  return { ename: String(error.name), evalue, traceback: plain(inspect(error)).split('\n') };
}

/** Names variables as the author did: V8 quotes the code it ran, `(0 , $_f.v) is not a function`. */
function plain(text: string): string {
  return text
    .replace(/\(0 ?, \$+_([\w$]+)\.v\)/g, '$1')
    .replace(/(?<![\w$])\$+_([\p{ID_Start}$_][\p{ID_Continue}$]*)\.v\b/gu, '$1');
}
