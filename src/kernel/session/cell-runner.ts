import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Wire } from '../wire/wire.js';
import { afterCutting, allowCutting, apart } from './apart.js';
import { type Context, certainContext, contexts, currentContext, within } from './context.js';
import { Interrupted } from './interrupted.js';

/** How long a cell may go on when what it waited for has ended by itself (ms). */
const LAST_WORDS = 100;

/**
 * Runs cells' code so that it can be stopped, and nothing of the kernel's is stopped with it: from a
 * turn of the event loop in which only cells' code is on the stack.
 */
export class CellRunner {
  private running: { context: Context; stop: (error: Interrupted) => void } | null = null;

  /** Those whose signal somebody has, perhaps work that outlasts the cell. */
  private readonly watched = new Set<Context>();

  /** Whether there is a context that was stopped: only then it must be known whose code looks. */
  private hasStopped = false;

  constructor(private readonly wire: Wire) {}

  /** Aborted at the next interrupt, whether or not the context's code still runs. */
  signal(context: Context): AbortSignal {
    const { signal } = context.controller;
    if (!signal.aborted) this.watched.add(context);
    return signal;
  }

  /** @throws what the code throws; Interrupted. */
  async run<T>(context: Context, code: () => T | Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.running = { context, stop: reject };
        this.start(context, () => {
          try {
            // It may have been interrupted while it was compiled.
            this.check();
            Promise.resolve(code()).then(resolve, reject);
          } catch (error) {
            reject(error);
          }
        });
      });
    } finally {
      this.running = null;
    }
  }

  /** Calls code that belongs to a context. What comes after an `await` in it cannot be cut off. */
  start(context: Context, code: () => void): void {
    allowCutting();
    apart(() => {
      this.wire.cuttable = true;
      try {
        within(context, code);
      } finally {
        this.wire.cuttable = false;
      }
    });
  }

  /**
   * Ends code of the running cell when it has been interrupted, of one that was stopped before, and
   * any that keeps the interrupt from being noticed. @throws Interrupted.
   */
  readonly check = (): void => {
    const { isInterrupted, isStuck } = this.wire;
    if (
      isStuck ||
      (isInterrupted && this.endsAtOnce(currentContext())) ||
      (this.hasStopped && certainContext()?.stopped)
    ) {
      throw new Interrupted();
    }
  };

  private endsAtOnce(context: Context | null): boolean {
    return context !== null && context === this.running?.context && context.finishing.size === 0;
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

  /** Stops all code that is known to run; resolves when what finishes by itself has. */
  async end(reason: Interrupted): Promise<void> {
    const contexts = new Set(this.watched);
    if (this.running) contexts.add(this.running.context);
    for (const { controller } of contexts) controller.abort(reason);
    await Promise.allSettled([...contexts].flatMap(({ finishing }) => [...finishing]));
  }

  /**
   * Stops the running cell, what messages of the front end have started, and who listens for it; where
   * no cell runs, all that cells have left running.
   *
   * @param cut - it has been stopped, and knows nothing of it.
   */
  async interrupt(cut: boolean): Promise<void> {
    const { running } = this;
    if (cut) {
      afterCutting();
      this.wire.cuttable = false;
    }
    const reason = new Interrupted();
    const others = contexts().filter(
      (context) =>
        context !== running?.context &&
        !context.stopped &&
        (!running || context.cell !== context.origin || this.watched.has(context)),
    );
    this.watched.clear();
    for (const context of others) void this.stop(context, reason);
    if (!running) return;
    await this.stop(running.context, reason, cut);
    running.stop(reason);
  }

  /** Stops a context's code: at once, or when what has called itself able to finish is finished. */
  private async stop(context: Context, reason: Interrupted, cut = false): Promise<void> {
    const insists = context.controller.signal.aborted;
    // Those who listen are cells.
    this.start(context, () => context.controller.abort(reason));
    if (!cut && !insists && context.finishing.size > 0) {
      await turn();
      await Promise.allSettled(context.finishing);
      await sleep(LAST_WORDS);
    }
    context.stopped = this.hasStopped = true;
  }
}
