/**
 * What was asked for cannot be done as asked: a value out of range, a name that does not exist.
 * The command line prints the message alone and exits with 2; any other error exits with 1.
 */
export class UsageError extends Error {
  override name = 'UsageError';
}
