/** What is said when a file cannot be written. */

/** A file could not be written: no room, no permission. */
export class WriteError extends Error {
  override name = 'WriteError';
}

/** The system's word for it (`ENOTFOUND`), which the net's functions wrap once or twice. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const { code } = error as { code?: unknown };
  // undici has codes of its own for everything, and says more in its messages.
  return typeof code === 'string' && !code.startsWith('UND_') ? code : error.message;
}

/**
 * What `write` returns.
 *
 * @param path - the file that it writes.
 * @throws WriteError with one sentence instead of what `write` throws.
 */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const reason = reasonOf(error);
    const remedy =
      reason === 'ENOSPC' || reason === 'EDQUOT'
        ? 'free some room on that disk'
        : 'make that folder writable';
    throw new WriteError(
      `Cannot write ${path} (${reason}): ${remedy} or name another one in LAZYAHEAD_CACHE.`,
      { cause: error },
    );
  }
}
