import { UsageError } from '../../runtime/errors.js';
import type { Wire } from '../wire/wire.js';
import type { Context } from './context.js';

/** One that the reader has not answered yet. */
interface Question {
  context: Context;
  answer: (value: string) => void;
  giveUp: () => void;
}

/** Lines that cells ask the reader for, one after the other. */
export class Inputs {
  private turn: Promise<unknown> = Promise.resolve();
  private open: Question | null = null;

  constructor(private readonly wire: Wire) {}

  /**
   * @throws UsageError where the front end cannot ask, or the cell ends first; Interrupted when the
   *   cell is interrupted.
   */
  ask(context: Context, prompt: string, { password = false } = {}): Promise<string> {
    if (!context.canAsk) {
      const asked = prompt.trim();
      return Promise.reject(
        new UsageError(
          `Nobody can answer “${asked}” here: the cell has ended, or this front end does not ask its reader.`,
        ),
      );
    }
    const line = this.turn.then(() => this.line(context, prompt, password));
    this.turn = line.catch(() => {});
    return line;
  }

  receive(value: string): void {
    this.open?.answer(value);
  }

  /** A cell has ended: no front end answers its questions any more. */
  end(context: Context): void {
    context.canAsk = false;
    if (this.open?.context === context) this.open.giveUp();
  }

  private line(context: Context, prompt: string, password: boolean): Promise<string> {
    const { signal } = context.controller;
    return new Promise<string>((resolve, reject) => {
      signal.throwIfAborted();
      const giveUp = () =>
        reject(new UsageError(`“${prompt.trim()}” was not answered before the cell ended.`));
      if (!context.canAsk) return giveUp();
      this.open = { context, answer: resolve, giveUp };
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.wire.ask(context.origin, { prompt, password });
    }).finally(() => {
      this.open = null;
    });
  }
}
