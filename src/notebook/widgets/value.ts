import { interrupted } from '../ask.js';
import { type Model, Widget } from './model.js';

/** A widget that holds a value, which the reader or the program can change. */
export abstract class ValueWidget<T> extends Widget {
  /**
   * @param key - the property of the model that holds the value.
   * @param description - the label.
   */
  protected constructor(
    /** @internal */
    readonly model: Model,
    private readonly key: string,
    protected readonly description: string,
  ) {
    super();
  }

  /** The model's property as a value. */
  protected decode(raw: unknown): T {
    return raw as T;
  }

  /** A value as the model keeps it. @throws UsageError for one that it cannot hold. */
  protected encode(value: T): unknown {
    return value;
  }

  /** The value; setting it moves the widget. */
  get value(): T {
    return this.decode(this.model.state[this.key]);
  }

  set value(value: T) {
    this.model.set({ [this.key]: this.encode(value) });
  }

  /** Whether it is greyed out. */
  get disabled(): boolean {
    return this.model.state.disabled === true;
  }

  set disabled(disabled: boolean) {
    this.model.set({ disabled });
  }

  /**
   * Calls the listener after each change, whoever made it.
   *
   * @returns a function that ends it.
   * @example const stop = slider.observe((value, previous) => chart.update(figure(value)));
   */
  observe(listener: (value: T, previous: T) => void): () => void {
    let previous = this.value;
    return this.model.onChange((changed) => {
      if (!(this.key in changed)) return;
      const before = previous;
      previous = this.value;
      listener(previous, before);
    });
  }

  /**
   * The values it takes on from now on. While the loop's body is busy only the latest is kept, so
   * that a slow chart does not lag behind the hand. The loop ends when the widget is closed or the
   * cell interrupted, and at once where there is no front end to change it.
   *
   * @example for await (const alpha of slider.changes) draw(alpha);
   */
  get changes(): AsyncIterableIterator<T> {
    return this.follow();
  }

  private async *follow(): AsyncGenerator<T, void, undefined> {
    const signal = interrupted();
    let latest: { value: T } | null = null;
    let wake = () => {};
    const stops = [
      this.observe((value) => {
        latest = { value };
        wake();
      }),
      this.model.onClose(() => wake()),
    ];
    const interrupt = () => wake();
    signal.addEventListener('abort', interrupt);
    try {
      while (!signal.aborted && this.model.live) {
        if (!latest) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const { value }: { value: T } = latest;
        latest = null;
        yield value;
      }
    } finally {
      for (const stop of stops) stop();
      signal.removeEventListener('abort', interrupt);
    }
  }

  describe(): string {
    return `${this.description && `${this.description}: `}${this.text(this.value)}`;
  }

  protected text(value: T): string {
    return String(value);
  }
}

/**
 * Keeps two widgets at the same value; the second takes on the first's.
 *
 * @returns a function that parts them.
 */
export function link<T>(first: ValueWidget<T>, second: ValueWidget<T>): () => void {
  second.value = first.value;
  const stops = [
    first.observe((value) => {
      second.value = value;
    }),
    second.observe((value) => {
      first.value = value;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
