/** Takes the next value each time it is called; undefined when there are no more. */
export function puller<T>(values: Iterable<T> | AsyncIterable<T>): () => Promise<T | undefined> {
  const iterator =
    Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
  return async () => {
    const { done, value } = await iterator.next();
    return done ? undefined : value;
  };
}
