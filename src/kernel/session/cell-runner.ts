import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Wire } from '../wire/wire.js';
import { afterCutting, allowCutting, apart } from './apart.js';
import { type Context, within } from './context.js';
import { Interrupted } from './interrupted.js';

/** How long a cell may go on when what it waited for has ended by itself (ms). */
const LAST_WORDS = 100;

/**
 * Runs cells' code so that it can be stopped at any point, and nothing of the kernel's is stopped
 * with it: from a turn of the event loop of its own, where only cells' code is on the stack.
 */
export class CellRunner {
  private running: { context: Context; stop: (error: Interrupted) => void } | null = null;

  constructor(private readonly wire: Wire) {}

  /** @throws what the code throws; Interrupted. */
  async run<T>(context: Context, code: () => T | Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.running = { context, stop: reject };
        allowCutting();
        apart(() =>
          within(context, () => {
            try {
              Promise.resolve(code()).then(resolve, reject);
            } catch (error) {
              reject(error);
            }
          }),
        );
      });
    } finally {
      this.running = null;
    }
  }

  /** Says that work ends by itself when the context's signal is aborted. */
  finishes(context: Context, work: Promise<unknown>): void {
    const { finishing } = context;
    finishing.add(work);
    this.wire.finishing = true;
    const done = () => {
      finishing.delete(work);
      if (finishing.size === 0) this.wire.finishing = false;
    };
    work.then(done, done);
  }

  /**
   * Stops the running code: at once, or when what it has called itself able to finish is finished.
   *
   * @param cut - it has been stopped, and knows nothing of it.
   */
  async interrupt(cut: boolean): Promise<void> {
    const { running } = this;
    if (!running) return;
    const { context, stop } = running;
    const insists = context.controller.signal.aborted;
    const reason = new Interrupted();
    if (cut) afterCutting();
    // Those who listen are cells.
    apart(() => within(context, () => context.controller.abort(reason)));
    if (!cut && !insists && context.finishing.size > 0) {
      await turn();
      await Promise.allSettled(context.finishing);
      await sleep(LAST_WORDS);
    }
    stop(reason);
  }
}
