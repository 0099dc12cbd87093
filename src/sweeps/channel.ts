/** Values pushed at one end, and read in the same order at the other as they come. */
export class Channel<T> implements AsyncIterable<T> {
  private readonly values: T[] = [];
  private ended = false;
  private failure: unknown;
  private wake = () => {};

  push(value: T): void {
    this.values.push(value);
    this.wake();
  }

  /** Ends the reading after what was pushed, with an error where one is given. */
  end(failure?: unknown): void {
    this.ended = true;
    this.failure = failure;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.values.length > 0) yield this.values.shift()!;
      if (this.failure !== undefined) throw this.failure;
      if (this.ended) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

/**
 * What `work` pushes, as it comes. It is told to stop by `signal`, and when the reader leaves early,
 * who then waits until it has.
 */
export async function* pushedBy<T>(
  work: (to: Channel<T>, stop: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const left = new AbortController();
  const channel = new Channel<T>();
  const all = work(channel, AbortSignal.any([signal, left.signal]));
  all.then(
    () => channel.end(),
    (error) => channel.end(error),
  );
  try {
    yield* channel;
  } finally {
    left.abort();
    await all.catch(() => {});
  }
}
