/** What is printed goes to the cell that prints it. */
import { TextDecoder } from 'node:util';
import type { Wire } from '../wire/wire.js';
import { type Context, currentContext } from './context.js';

/** From now on `console.log` and all else that writes to standard output and error is a cell's output. */
export function routeStreams(wire: Wire): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    // What one cell has written of a character is no part of another's text.
    const decoders = new WeakMap<Context, TextDecoder>();
    const textOf = (context: Context, bytes: Uint8Array) => {
      const decoder = decoders.get(context) ?? new TextDecoder();
      decoders.set(context, decoder);
      return decoder.decode(bytes, { stream: true });
    };
    const before = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const context = currentContext();
      if (!context) return before(chunk);
      const [encoding] = rest;
      const isEncoded = typeof chunk === 'string' && !isUtf8(encoding);
      const written = isEncoded ? Buffer.from(chunk, encoding as BufferEncoding) : chunk;
      const text = typeof written === 'string' ? written : textOf(context, written);
      wire.print(context.origin, name, text);
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  }
}

const isUtf8 = (encoding: unknown) => typeof encoding !== 'string' || /^utf-?8$/i.test(encoding);
