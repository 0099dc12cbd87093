import { Session } from 'node:inspector';
import { SHARED } from './between.js';

/** How long the main thread may take to notice an interrupt by itself (ms). */
const GRACE = 150;

/** How often it is looked whether it has (ms). */
const LOOK_EVERY = 25;

/** An interrupt so soon after another insists (ms): what was to end by itself is not waited for. */
const INSISTING = 10_000;

/**
 * Interrupts the main thread from another one. A main thread that gives way is told, and a loop of
 * the user's looks for itself. What else computes is cut off where it stands by V8, which no code can
 * catch, where that does no harm; then the main thread is told.
 */
export class Stopper {
  private timer: NodeJS.Timeout | null = null;
  private last = 0;
  private lastTime = Number.NEGATIVE_INFINITY;

  /**
   * @param counters - of `SHARED`.
   * @param tell - sends the main thread an interrupt, by number; what ran was cut off or not.
   */
  constructor(
    private readonly counters: Int32Array,
    private readonly tell: (interrupt: number, cut: boolean) => void,
  ) {}

  interrupt(): void {
    const now = Date.now();
    const insists = now - this.lastTime < INSISTING;
    this.lastTime = now;
    const interrupt = ++this.last;
    Atomics.store(this.counters, SHARED.INTERRUPT, interrupt);
    this.tell(interrupt, false);
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(interrupt, insists), GRACE);
  }

  private look(interrupt: number, insists: boolean): void {
    this.timer = null;
    const at = (index: number) => Atomics.load(this.counters, index);
    if (at(SHARED.INTERRUPT_SEEN) >= interrupt) return;
    if (at(SHARED.FINISHING) === 0 || insists) {
      if (at(SHARED.CUTTABLE) > 0) {
        cut();
        // The message may be what was cut off.
        this.tell(interrupt, true);
      } else Atomics.store(this.counters, SHARED.STUCK, interrupt);
    }
    this.timer = setTimeout(() => this.look(interrupt, insists), LOOK_EVERY);
  }
}

/** Ends what the main thread computes, up to where it was called from its event loop. */
function cut(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}
