/** How a cell ends that was interrupted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(message = 'The cell was interrupted.') {
    super(message);
    // Where the reader pressed a button is no news.
    this.stack = `${this.name}: ${message}`;
  }
}

/** Whatever the value does when it is asked what it is. */
export function isInterrupted(error: unknown): error is Interrupted {
  try {
    return error instanceof Interrupted;
  } catch {
    return false;
  }
}
