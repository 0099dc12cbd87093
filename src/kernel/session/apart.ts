/** Code of cells that V8 may cut off, without harm to the event loop that calls it. */
import { MessageChannel } from 'node:worker_threads';

/** Node's own view of which callback runs. Deprecated, but the only way to the two parts used here. */
interface AsyncWrap {
  async_hook_fields: Uint32Array;
  constants: { kCheck: number };
  clearAsyncIdStack(): void;
}

const asyncWrap = asyncWrapOf(process as unknown as { binding(name: string): AsyncWrap });
const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];

// A message's listener is called from the event loop itself: an immediate that is cut off would take
// those behind it along.
port1.on('message', () => waiting.shift()?.());

/** Calls a function in a turn of the event loop of its own. */
export function apart(code: () => void): void {
  waiting.push(code);
  port2.postMessage(null);
}

/**
 * Lets code be cut off. Node notes which callback runs, finds a note left over, and would abort the
 * process: `async hook stack has become corrupted`.
 */
export function allowCutting(): void {
  asyncWrap.async_hook_fields[asyncWrap.constants.kCheck] = 0;
}

/** Forgets the notes of callbacks that were cut off. */
export function afterCutting(): void {
  asyncWrap.clearAsyncIdStack();
}

/** Without Node's warning that what it binds is deprecated (DEP0111): no user can do anything about it. */
function asyncWrapOf(node: { binding(name: string): AsyncWrap }): AsyncWrap {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return node.binding('async_wrap');
  } finally {
    process.noDeprecation = noDeprecation;
  }
}
