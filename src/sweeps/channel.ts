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
