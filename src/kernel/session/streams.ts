/** What is printed goes to the cell that prints it. */
import type { Wire } from '../wire/wire.js';
import { currentContext } from './context.js';

/** From now on `console.log` and all else that writes to standard output and error is a cell's output. */
export function routeStreams(wire: Wire): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    const decoder = new TextDecoder();
    const before = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const context = currentContext();
      if (!context) return before(chunk);
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      wire.print(context.origin, name, text);
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  }
}
