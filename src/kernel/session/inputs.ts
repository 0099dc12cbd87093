import { UsageError } from '../../runtime/errors.js';
import type { Wire } from '../wire/wire.js';
import type { Context } from './context.js';

/** Lines that cells ask the reader for, one after the other. */
export class Inputs {
  private turn: Promise<unknown> = Promise.resolve();
  private answer: ((value: string) => void) | null = null;

  constructor(private readonly wire: Wire) {}

  /**
   * @throws UsageError where the front end cannot ask; Interrupted when the cell is interrupted.
   */
  ask(context: Context, prompt: string, { password = false } = {}): Promise<string> {
    if (!context.canAsk) {
      const asked = prompt.trim();
      return Promise.reject(
        new UsageError(
          `Nobody can answer “${asked}” here: this front end does not ask its reader.`,
        ),
      );
    }
    const line = this.turn.then(() => this.line(context, prompt, password));
    this.turn = line.catch(() => {});
    return line;
  }

  receive(value: string): void {
    this.answer?.(value);
  }

  private line(context: Context, prompt: string, password: boolean): Promise<string> {
    const { signal } = context.controller;
    return new Promise<string>((resolve, reject) => {
      signal.throwIfAborted();
      this.answer = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.wire.ask(context.origin, { prompt, password });
    }).finally(() => {
      this.answer = null;
    });
  }
}
