/** Ending a command cleanly when the user or the system asks for it. */

/** Exit codes by the shell's convention, 128 + the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** What comes sooner after the first (ms) is its echo: npm forwards what the terminal sends too. */
const ECHO = 1000;

/**
 * A signal that is aborted by the first Ctrl-C or SIGTERM; one a second or more later ends the
 * process at once. The process then exits with 130 or 143.
 */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (performance.now() - first < ECHO) {
          return;
        }
        process.exit(EXIT_CODES[name]);
      }
      first = performance.now();
      process.exitCode = EXIT_CODES[name];
      controller.abort();
    });
  }
  return controller.signal;
}
