import { UsageError } from '../runtime/errors.js';
import { interrupted } from './ask.js';
import { barGroup, type Ending, type Row } from './progress-group.js';
import { bar, clock, rate } from './progress-text.js';

/** What a progress bar says. */
export interface ProgressOptions {
  /** What is under way: 'epoch'. */
  label?: string;
  /** How many items there will be, where the iterable does not say. */
  total?: number;
}

/** Progress that is reported step by step. */
export class ProgressBar implements Row {
  readonly label: string;
  readonly total: number | null;
  /** Steps done. */
  value = 0;
  /** Null while it runs. */
  ending: Ending | null = null;
  /** Said after the bar: 'loss 0.41'. */
  note = '';
  private readonly started = performance.now();
  private seconds = 0;
  private readonly group = barGroup();
  private readonly signal = interrupted();
  private readonly interrupt = () => this.end('interrupted');

  /** @param total - null where it is not known. */
  constructor(total: number | null, label = '') {
    if (total !== null && !(total >= 0 && Number.isFinite(total))) {
      throw new UsageError(`A progress bar’s total must be a number from 0 up, not ${total}.`);
    }
    this.total = total;
    this.label = label;
    this.signal.addEventListener('abort', this.interrupt);
    this.group.add(this);
  }

  /** Counts steps as done. @param note - said after the bar from now on: 'loss 0.41'. */
  advance(steps = 1, note = this.note): void {
    this.moveTo(this.value + steps, note);
  }

  /** Sets the number of steps done. */
  moveTo(value: number, note = this.note): void {
    if (this.ending) return;
    this.value = value;
    this.note = note;
    this.group.draw();
  }

  /** All is done. */
  done(): void {
    this.end('done');
  }

  /** It failed, and stands as far as it got. */
  fail(): void {
    this.end('failed');
  }

  /** Ends it one way or another; what comes later changes nothing. */
  end(ending: Ending): void {
    if (this.ending) return;
    this.seconds = this.elapsed;
    this.ending = ending;
    this.signal.removeEventListener('abort', this.interrupt);
    this.group.remove(this);
  }

  /** Part done, in [0, 1]; null where the total is not known. */
  get share(): number | null {
    if (this.total === null) return this.ending === 'done' ? 1 : null;
    return this.total === 0 ? 1 : Math.min(1, this.value / this.total);
  }

  /** `epoch  ███████░░░░░░░░░░░░░  35/100  7.2/s  0:09 left` */
  get line(): string {
    const { label, share } = this;
    return [label, share === null ? '' : bar(share), this.details].filter(Boolean).join('  ');
  }

  /** The line without label and bar. */
  get details(): string {
    const { value, total, ending, elapsed } = this;
    const perSecond = value / elapsed;
    const count = total === null ? `${value}` : `${value}/${total}`;
    const left = total === null || value === 0 ? '' : `${clock((total - value) / perSecond)} left`;
    const parts = [count, value > 0 ? rate(perSecond) : '', ending ? clock(elapsed) : left];
    return [...parts, this.note, ending ?? ''].filter(Boolean).join('  ');
  }

  private get elapsed(): number {
    return this.ending ? this.seconds : Math.max(1e-3, (performance.now() - this.started) / 1000);
  }
}

/**
 * Shows how far work has got: a bar with rate and time left, under the cell or on the terminal. A
 * bar inside another's loop stands below it and goes when it is done.
 *
 * @param total - number of steps.
 * @returns a bar to `advance()` and to end by `done()`.
 */
export function progress(total: number, options?: ProgressOptions): ProgressBar;
/**
 * The same around a loop.
 *
 * @param items - what is looped over.
 * @returns the same items.
 * @example
 * for (const epoch of progress([1, 2, 3], { label: 'epoch' })) {
 *   for await (const batch of progress(batches, { label: 'batch' })) await step(batch);
 * }
 */
export function progress<T>(items: Iterable<T>, options?: ProgressOptions): Generator<T>;
/** The same around a `for await`. */
export function progress<T>(items: AsyncIterable<T>, options?: ProgressOptions): AsyncGenerator<T>;
export function progress<T>(
  items: number | Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions = {},
): ProgressBar | Generator<T> | AsyncGenerator<T> {
  if (typeof items === 'number') return new ProgressBar(items, options.label);
  return isAsync(items) ? countAsync(items, options) : count(items, options);
}

function* count<T>(items: Iterable<T>, { label, total }: ProgressOptions) {
  const bar = new ProgressBar(total ?? size(items), label);
  // What a loop that is left early runs of this is `finally` alone.
  let ending: Ending = 'interrupted';
  try {
    for (const item of items) {
      yield item;
      bar.advance();
    }
    ending = 'done';
  } catch (error) {
    ending = 'failed';
    throw error;
  } finally {
    bar.end(ending);
  }
}

async function* countAsync<T>(items: AsyncIterable<T>, { label, total }: ProgressOptions) {
  const bar = new ProgressBar(total ?? null, label);
  let ending: Ending = 'interrupted';
  try {
    for await (const item of items) {
      yield item;
      bar.advance();
    }
    ending = 'done';
  } catch (error) {
    ending = 'failed';
    throw error;
  } finally {
    bar.end(ending);
  }
}

function isAsync<T>(items: Iterable<T> | AsyncIterable<T>): items is AsyncIterable<T> {
  // A text is no object.
  return Symbol.asyncIterator in Object(items);
}

/** How many items a text, list, set or map holds. */
function size(items: object | string): number | null {
  // A character may be two of a text's units.
  if (typeof items === 'string') return [...items].length;
  const { length, size = length } = items as { length?: number; size?: number };
  return typeof size === 'number' ? size : null;
}
