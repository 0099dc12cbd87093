import { inspect } from 'node:util';
import { textOf } from './text.js';

/** A promise by its state, and how to get at its value. */
export async function promiseText(promise: Promise<unknown>): Promise<string> {
  // Node tells a promise's state nowhere else.
  if (/\{\s*<pending>/.test(inspect(promise, { depth: 0 }))) {
    return 'a promise, pending: await it to see its value';
  }
  return Promise.prototype.then.call(
    promise,
    (value) => `a promise, fulfilled: await it to use its value\n${textOf(value)}`,
    (reason) => `a promise, rejected with\n${textOf(reason)}`,
  ) as Promise<string>;
}
