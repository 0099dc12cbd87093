/**
 * Skips the test, or from a `before` hook its whole suite, and has `npm test` say why.
 *
 * @param reason - a few words that name what is missing.
 */
export function skip(context: Mocha.Context, reason: string): never {
  Object.assign(context.runnable(), { skipReason: reason });
  return context.skip();
}
